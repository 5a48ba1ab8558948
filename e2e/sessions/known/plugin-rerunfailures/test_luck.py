import pytest
from conftest import note


@pytest.mark.xdist_group("shelf")
def test_fails_once(shelf):
    assert note("once", "ran\n") == 2


@pytest.mark.xdist_group("shelf")
@pytest.mark.flaky(reruns=2)
def test_fails_twice(shelf):
    assert note("twice", "ran\n") == 3


@pytest.mark.flaky(reruns=1)
def test_fails_always(shelf):
    note("always", "ran\n")
    assert False, "no luck at all"


@pytest.mark.parametrize("number", range(5))
def test_quiet(number):
    pass
