"""Each test covers a line that no other does, and no worker has all of them."""

import pytest
from colours import mix


def test_green():
    assert mix("blue", "yellow") == "green"


def test_purple():
    assert mix("blue", "red") == "purple"


def test_orange():
    assert mix("red", "yellow") == "orange"


@pytest.mark.parametrize("colour", ["pink", "grey", "white"])
def test_brown(colour):
    assert mix("red", colour) == "brown"
