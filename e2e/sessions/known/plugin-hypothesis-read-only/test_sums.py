import pytest
from hypothesis import given, settings
from hypothesis.strategies import integers


@pytest.mark.parametrize("number", range(3))
@settings(max_examples=20, deadline=None)
@given(integers())
def test_commutes(number, n):
    assert number + n == n + number
