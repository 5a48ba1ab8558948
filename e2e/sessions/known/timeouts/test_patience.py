import time

import pytest


@pytest.mark.timeout(1, method="thread")
def test_by_a_thread():
    sleep_long()


@pytest.mark.timeout(1, method="signal")
def test_by_a_signal():
    sleep_long()


@pytest.mark.parametrize("number", range(3))
def test_quick(number):
    pass


def sleep_long():
    time.sleep(60)
