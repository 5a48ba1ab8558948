from hypothesis import given, settings
from hypothesis.strategies import integers, lists

# A machine that has much to do is no failure.
quick = settings(max_examples=20, deadline=None)


@quick
@given(integers(), integers())
def test_commutes(a, b):
    assert a + b == b + a


@quick
@given(lists(integers(), max_size=5))
def test_order_is_kept(numbers):
    assert list(reversed(list(reversed(numbers)))) == numbers


@settings(max_examples=200, deadline=None)
@given(integers())
def test_is_small(n):
    assert n < 100


def test_nothing():
    pass
