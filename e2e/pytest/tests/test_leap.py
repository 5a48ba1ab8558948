import pytest

pytestmark = pytest.mark.xdist_group("year")


@pytest.fixture(scope="module")
def years():
    yield {1900: False, 2000: True, 2023: False, 2024: True}


@pytest.mark.parametrize("year", [1900, 2000, 2023, 2024])
def test_is_leap(calendar, years, year):
    assert calendar.is_leap(year) == years[year]


def test_before_the_calendar(calendar):
    with pytest.raises(ValueError):
        calendar.is_leap(1582)
