"""Hooks that only pytest-xdist declares."""


def pytest_xdist_auto_num_workers(config):
    return 3


def pytest_configure_node(node):
    node.workerinput["season"] = "spring"
