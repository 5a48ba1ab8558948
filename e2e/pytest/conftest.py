"""In the root of the workspace, which has no configuration file of its own for all of its targets."""


def pytest_addoption(parser):
    parser.addoption("--colour", default="blue")


def pytest_configure(config):
    config.times = getattr(config, "times", 0) + 1
