"""What the tests test. Not all of it: the report is to have lines that are missed."""

_SHORT = (4, 6, 9, 11)


def is_leap(year):
    if year < 1583:
        raise ValueError("there was no such calendar")
    if year % 100 == 0:
        return year % 400 == 0
    return year % 4 == 0


def days_in(month, year):
    if month == 2:
        return 29 if is_leap(year) else 28
    if month in _SHORT:
        return 30
    return 31


def never():
    for month in range(12):
        print(month)
