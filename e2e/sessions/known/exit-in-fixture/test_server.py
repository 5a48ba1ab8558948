import pytest


@pytest.mark.parametrize("page", range(10))
def test_page(page):
    pass
