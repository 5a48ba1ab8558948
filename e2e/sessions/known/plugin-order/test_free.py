import pytest
from conftest import note


@pytest.mark.order("last")
def test_sleep():
    note("free", "sleep")


@pytest.mark.order("first")
def test_wake():
    note("free", "wake")


def test_work():
    note("free", "work")
