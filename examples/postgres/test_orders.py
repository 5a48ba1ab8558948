"""Orders that are in PostgreSQL: each test has a database server for itself."""

import subprocess
import time

import pytest


def query(sql):
    """Runs SQL in the database that the environment names, and returns the rows."""
    psql = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1", "--command=" + sql]
    return subprocess.run(psql, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(autouse=True)
def no_orders():
    """Others have used the database before."""
    query("TRUNCATE orders")


@pytest.mark.parametrize("pieces", [1, 2, 3, 4])
def test_order(pieces):
    query("INSERT INTO orders VALUES ('tea', %d)" % pieces)
    time.sleep(0.05)
    assert query("SELECT item, sum(pieces) FROM orders GROUP BY item") == "tea|%d" % pieces


def test_order_of_nothing():
    with pytest.raises(subprocess.CalledProcessError):
        query("INSERT INTO orders VALUES ('tea', 0)")
