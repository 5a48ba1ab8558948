import pytest


@pytest.mark.xdist_group("year")
def test_stops():
    answer = 6 * 9
    assert answer == 42
