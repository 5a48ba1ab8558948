"""The files that //bench/seed/generate makes."""

visibility("private")

# The same numbers are in bench/seed/suite/layout.go; the generator compares the files.
_AREAS = {
    "cache": 10,
    "limits": 10,
    "money": 10,
    "pricing": 10,
    "prompts": 11,
    "retry": 10,
    "routing": 10,
    "store": 12,
    "tokens": 10,
}

TEST_FILES = [
    "tests/{area}/test_{area}_{number}.py".format(
        area = area,
        number = ("0" if number < 10 else "") + str(number),
    )
    for area, count in _AREAS.items()
    for number in range(count)
]
