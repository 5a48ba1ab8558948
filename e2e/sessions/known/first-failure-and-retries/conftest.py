"""A retry does not end the session."""

import os

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "master")


def path_of(name):
    return os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], name)


@pytest.fixture(scope="session", autouse=True)
def service():
    with open(path_of("session"), "a") as ledger:
        ledger.write("up " + WORKER + "\n")
    yield
    with open(path_of("session"), "a") as ledger:
        ledger.write("down " + WORKER + "\n")
