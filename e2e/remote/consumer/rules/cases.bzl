"""Targets whose cases use groups of scope cluster, and the same without groups."""

load("@rules_interlock//rules:go.bzl", "go_test")

_GROUPS = {
    "//resources:api": ["TestAPI*"],
    "//resources:db": ["TestDB*"],
    "//resources:pool": ["TestPool*"],
    "//resources:schema": [
        "TestMigrate*",
        "TestRead*=shared",
    ],
}

def cases(*, names, grouped = True, **kwargs):
    """Declares tests that all have the same cases.

    Args:
      names: list of str, of the tests.
      grouped: bool, whether they hold groups.
      **kwargs: of `go_test`.
    """
    for number, name in enumerate(names):
        go_test(
            name = name,
            size = "small",
            srcs = ["//program:cases_test.go"],
            resource_groups = _GROUPS if grouped else {},
            workers = 1 + number % 2,
            deps = [
                "@rules_interlock//e2e/chaos/casework",
                "@rules_interlock//e2e/witness/caselog",
            ],
            **kwargs
        )
