import os

import pytest
from conftest import path_of


def test_lucky_in_the_second_attempt():
    if not os.path.exists(path_of("attempt")):
        open(path_of("attempt"), "w").close()
        assert False


@pytest.mark.parametrize("number", range(5))
def test_other(number):
    pass
