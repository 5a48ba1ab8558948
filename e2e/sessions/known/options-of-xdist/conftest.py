"""Fixtures that ask for what only pytest-xdist declares."""

import pytest


@pytest.fixture
def workers(pytestconfig):
    return pytestconfig.getoption("numprocesses")


@pytest.fixture
def distribution(pytestconfig):
    return pytestconfig.option.dist
