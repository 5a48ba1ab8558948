"""A child that wants to end by sys.exit, which pytest takes for a test's failure: so the child runs the other tests."""

import os
import sys
import time

import pytest


def note(line):
    with open(os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "ran"), "a") as ledger:
        ledger.write(line + "\n")


def test_nothing():
    pass


def test_forks():
    if os.fork() == 0:
        sys.exit(0)
    time.sleep(0.6)


@pytest.mark.xdist_group("red")
def test_red():
    note("red")
    time.sleep(0.2)


@pytest.mark.xdist_group("green")
def test_green():
    note("green")
    time.sleep(0.2)


@pytest.mark.xdist_group("blue")
def test_blue():
    note("blue")
    time.sleep(0.2)
