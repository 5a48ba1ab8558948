import itertools
import os
import time

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "master")
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
numbers = itertools.count()


def note(name, line):
    """Returns how many lines the file has now."""
    with open(os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], name), "a+") as ledger:
        ledger.write(line)
        ledger.seek(0)
        return len(ledger.readlines())


@pytest.fixture(scope="session", autouse=True)
def service():
    came = note("session", "up %s\n" % WORKER)
    deadline = time.monotonic() + 20
    while WORKERS > 1 and came < 2:
        assert time.monotonic() < deadline, "no second worker has come"
        time.sleep(0.05)
        came = note("session", "")
    yield
    note("session", "down %s\n" % WORKER)


@pytest.fixture(scope="module")
def shelf():
    name = "%s %d\n" % (WORKER, next(numbers))
    note("shelf", "up " + name)
    yield
    note("shelf", "down " + name)
