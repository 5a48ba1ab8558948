"""Fixtures for all tests."""

import sqlite3

import pytest

from app.store import SCHEMA
from tests.helpers.clock import FakeClock


@pytest.fixture(scope="session")
def database(worker_id, tmp_path_factory):
    """A database of the worker's own."""
    connection = sqlite3.connect(tmp_path_factory.mktemp("database") / f"{worker_id}.sqlite")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


@pytest.fixture
def connection(database):
    """The database, in which nothing stays that the test writes."""
    yield database
    database.rollback()


@pytest.fixture
def clock():
    return FakeClock(now=1_000)


@pytest.fixture(scope="session")
def settings():
    return {"currency": "EUR", "percent": 15, "attempts": 3, "context": 8_192}
