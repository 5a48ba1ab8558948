import os
import time

import pytest
from conftest import WORKER, note, path_of


@pytest.mark.parametrize("table", range(8))
def test_table(database, table):
    note("workers", WORKER)
    deadline = time.monotonic() + 20
    while int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > len(workers()) < 2:
        assert time.monotonic() < deadline, "no second worker has come"
        time.sleep(0.05)


def workers():
    with open(path_of("workers")) as ledger:
        return set(ledger)
