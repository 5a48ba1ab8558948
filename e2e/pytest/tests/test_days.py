import pytest


class TestDays:
    @pytest.mark.parametrize("month, days", [(1, 31), (4, 30), (2, 29)])
    def test_days_in(self, calendar, month, days):
        assert calendar.days_in(month, 2024) == days


@pytest.mark.serial
def test_february(calendar):
    assert calendar.days_in(2, 2023) == 28
