import os
import random

import pytest


def note(name, line):
    with open(os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], name), "a") as ledger:
        ledger.write("%s\n" % line)


@pytest.mark.parametrize("number", range(20))
def test_throw(number, pytestconfig):
    note("seeds", pytestconfig.getoption("randomly_seed", "none"))
    note("ran", number)
    assert 1 <= random.randint(1, 6) <= 6
