import pytest


@pytest.mark.parametrize("page", range(6))
def test_page(page):
    pass
