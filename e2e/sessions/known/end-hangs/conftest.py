import time

import pytest


@pytest.fixture(scope="session", autouse=True)
def broker():
    yield
    wait_for_broker()


def wait_for_broker():
    time.sleep(120)
