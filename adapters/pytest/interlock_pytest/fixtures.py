"""Fixtures that tell tests which worker they are on, as with pytest-xdist."""

import os

import pytest


@pytest.fixture(scope="session")
def worker_id():
    """The name of the worker, such as "gw0"; "master" if there are none."""
    return os.environ.get("PYTEST_XDIST_WORKER", "master")


@pytest.fixture(scope="session")
def testrun_uid():
    """A name that all workers of this run share, and no other run has."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", "master")
