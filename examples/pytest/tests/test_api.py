"""These call an API that answers only so many calls at a time."""

import time

import pytest

pytestmark = pytest.mark.xdist_group("api")


@pytest.mark.parametrize("number", range(6))
def test_call(number):
    time.sleep(0.3)  # where a call would be
    assert number >= 0
