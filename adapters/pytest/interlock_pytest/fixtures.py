"""Fixtures by which tests ask which worker they are on, as pytest-xdist has them."""

import os

import pytest


@pytest.fixture(scope="session")
def worker_id():
    """The name of the worker, such as "gw0"; "master" if there are none."""
    return os.environ.get("PYTEST_XDIST_WORKER", "master")


@pytest.fixture(scope="session")
def testrun_uid():
    """A name that all workers of this run have in common, and no other run."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", "master")
