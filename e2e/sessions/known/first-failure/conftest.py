"""What is up has to come down, once in each worker."""

import os

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "master")


def note(line):
    with open(os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "session"), "a") as ledger:
        ledger.write(line + "\n")


@pytest.fixture(scope="session", autouse=True)
def service():
    note("up " + WORKER)
    yield
    note("down " + WORKER)
