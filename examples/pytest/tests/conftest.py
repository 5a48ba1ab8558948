"""Fixtures of a suite that ran under pytest-xdist before."""

import sqlite3

import pytest


@pytest.fixture(scope="session")
def database(tmp_path_factory, worker_id):
    """A database for each worker."""
    connection = sqlite3.connect(tmp_path_factory.mktemp("db") / ("shop_%s.sqlite" % worker_id))
    connection.execute("CREATE TABLE orders (count INTEGER, each INTEGER)")
    yield connection
    connection.close()


@pytest.fixture
def orders(database):
    """The table of orders, empty."""
    yield database
    database.rollback()
