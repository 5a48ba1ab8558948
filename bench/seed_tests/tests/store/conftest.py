"""Fixtures for tests of the store."""

import pytest

from app.store import Store


@pytest.fixture
def store(connection):
    return Store(connection)
