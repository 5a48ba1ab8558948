"""These need nothing, so they run beside everything else."""

import pytest
import shop


@pytest.mark.parametrize("count, each, discount, want", [(2, 50, 0, 100), (2, 50, 10, 90), (0, 50, 10, 0)])
def test_price(count, each, discount, want):
    assert shop.price(count, each, discount) == want


def test_no_negative_count():
    with pytest.raises(ValueError):
        shop.price(-1, 50)
