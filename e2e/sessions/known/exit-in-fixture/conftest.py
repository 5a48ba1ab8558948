"""The session's fixture gives up: nothing else is worth running."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def server():
    with open(os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "starts"), "a") as ledger:
        ledger.write("start\n")
    pytest.exit("no server answers", returncode=7)
