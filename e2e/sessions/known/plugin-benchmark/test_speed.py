import os

import pytest

IS_ALONE = "PYTEST_XDIST_WORKER" not in os.environ


@pytest.mark.parametrize("number", range(4))
def test_sum(benchmark, number):
    assert benchmark(sum, range(number)) == number * (number - 1) / 2
    assert benchmark.enabled == IS_ALONE


def test_pedantic(benchmark):
    assert benchmark.pedantic(sum, args=([1, 2],), rounds=3) == 3
