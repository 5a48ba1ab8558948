"""Fixtures for tests of prices."""

import pytest

from app.pricing import Tariff


@pytest.fixture(scope="package")
def flat():
    return Tariff("flat", [(None, 200)])


@pytest.fixture(scope="package")
def tiered():
    return Tariff("tiered", [(10_000, 300), (90_000, 200), (None, 100)])
