import pytest


def test_search():
    pass


def test_export():
    pytest.skip("not today")


def test_import():
    pass
