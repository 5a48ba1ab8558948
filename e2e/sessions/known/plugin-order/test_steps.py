"""The tests of a group run in the order that pytest has collected them in, on whatever worker."""

import time

import pytest
from conftest import note

pytestmark = pytest.mark.xdist_group("steps")


@pytest.mark.order(3)
def test_eat():
    note("steps", "eat")


@pytest.mark.order(1)
def test_buy():
    time.sleep(0.3)
    note("steps", "buy")


@pytest.mark.order(2)
def test_cook():
    time.sleep(0.1)
    note("steps", "cook")
