def pytest_addoption(parser):
    parser.addoption("--flavour", default="plain")
