"""Orders take pieces from a stock service, which each test has for itself."""

import os
import time
import urllib.request

import pytest


def call(method, path):
    request = urllib.request.Request(os.environ["STOCK_URL"] + path, method=method)
    with urllib.request.urlopen(request) as response:
        return response.read().decode()


@pytest.fixture(autouse=True)
def stock():
    """Ten pieces of tea, and nothing else: others have used the service before."""
    call("DELETE", "/")
    call("POST", "/tea?add=10")


@pytest.mark.parametrize("ordered", [1, 2, 3, 10])
def test_order_takes_pieces(ordered):
    call("POST", "/tea?add=-%d" % ordered)
    time.sleep(0.05)
    assert call("GET", "/tea") == str(10 - ordered)


def test_nothing_else_is_in_stock():
    assert call("GET", "/coffee") == "0"
