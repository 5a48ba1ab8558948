import os
import time

import pytest


def note(line):
    with open(os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "ran"), "a") as ledger:
        ledger.write(line + "\n")


def test_uses_it_up():
    note("first")


@pytest.mark.parametrize("number", range(24))
def test_needs_it(number):
    note("later")
    time.sleep(0.15)
