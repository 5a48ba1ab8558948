"""Tests that have a database wait for a second worker, so that there are two."""

import os
import time

import pytest

WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


@pytest.fixture(scope="session", autouse=True)
def names(django_db_setup):
    from django.db import connection

    path = os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "names")
    with open(path, "a+") as ledger:
        ledger.write(os.path.basename(connection.settings_dict["NAME"]) + "\n")
    deadline = time.monotonic() + 20
    while WORKERS > 1 and len(open(path).readlines()) < 2:
        assert time.monotonic() < deadline, "no second worker has come"
        time.sleep(0.05)
