"""What is costly happens once in a run, by the recipe of pytest-xdist's manual: a lock beside the workers' folders."""

import fcntl
import os
import time

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "master")


def path_of(name):
    return os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], name)


def note(name, line):
    with open(path_of(name), "a") as ledger:
        ledger.write(line + "\n")


@pytest.fixture(scope="session")
def database(tmp_path_factory):
    if WORKER == "master":
        note("setups", "made by the only process")
        return
    common = tmp_path_factory.getbasetemp().parent
    with open(common / "database.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (common / "database").exists():
            time.sleep(0.3)
            note("setups", "made by " + WORKER)
            (common / "database").mkdir()
