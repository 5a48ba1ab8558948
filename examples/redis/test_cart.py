"""Carts that are in Redis: each test has a server for itself."""

import os
import subprocess
import time

import pytest


def redis(*args):
    """Runs a command on the server that the environment names, and returns its answer."""
    command = ["redis-cli", "-s", os.environ["REDIS_SOCKET"], *args]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(autouse=True)
def empty_cart():
    """Others have used the server before."""
    redis("DEL", "cart")


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_cart(pieces):
    for piece in range(pieces):
        redis("RPUSH", "cart", "piece %d" % piece)
    time.sleep(0.05)
    assert redis("LLEN", "cart") == str(pieces)
