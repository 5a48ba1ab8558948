"""The hooks of pytest-xdist (version 3.8), so that a conftest.py may have them without it.

They belong to the process that controls its workers, and nothing calls them here.
"""

import pytest


def names():
    """The names of all hooks."""
    return [name for name in globals() if name.startswith("pytest_")]


def pytest_xdist_setupnodes(config, specs):
    """Before the workers are set up."""


def pytest_xdist_newgateway(gateway):
    """When a worker is connected."""


def pytest_xdist_rsyncstart(source, gateways):
    """Before a folder is copied."""


def pytest_xdist_rsyncfinish(source, gateways):
    """When a folder has been copied."""


@pytest.hookspec(firstresult=True)
def pytest_xdist_getremotemodule():
    """What a worker runs."""


def pytest_configure_node(node):
    """Before a worker starts."""


def pytest_testnodeready(node):
    """When a worker has started."""


def pytest_testnodedown(node, error):
    """When a worker has ended."""


def pytest_xdist_node_collection_finished(node, ids):
    """When a worker has collected its tests."""


@pytest.hookspec(firstresult=True)
def pytest_xdist_make_scheduler(config, log):
    """The scheduler that hands tests to the workers."""


@pytest.hookspec(firstresult=True)
def pytest_xdist_auto_num_workers(config):
    """How many workers `-n auto` means."""


@pytest.hookspec(firstresult=True)
def pytest_handlecrashitem(crashitem, report, sched):
    """When a worker has died during a test."""
