"""Fixtures for tests of routing."""

import pytest

from app.routing import Model, Router


@pytest.fixture(scope="package")
def models():
    return [
        Model("small", 4_096, 1),
        Model("medium", 16_384, 4, frozenset({"tools"})),
        Model("large", 65_536, 20, frozenset({"tools", "images"})),
        Model("archive", 262_144, 35),
    ]


@pytest.fixture
def router(models):
    return Router(models)
