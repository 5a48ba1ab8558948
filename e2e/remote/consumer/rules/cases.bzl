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

# What tests have in common.
_COMMON = {
    "deps": [
        "@rules_interlock//e2e/chaos/casework",
        "@rules_interlock//e2e/witness/caselog",
    ],
    "size": "small",
    "srcs": ["//program:cases_test.go"],
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
            resource_groups = _GROUPS if grouped else {},
            workers = 1 + number % 2,
            **(_COMMON | kwargs)
        )

def whole(*, uses, **kwargs):
    """Declares tests all cases of which use the same group.

    Args:
      uses: dict of str to str: what each test uses, by its name, such as `db` or `schema=shared`.
      **kwargs: of `go_test`.
    """
    for name, use in uses.items():
        group, _, mode = use.partition("=")
        go_test(
            name = name,
            env = {"USES": use},
            resource_groups = {"//resources:" + group: ["*=" + mode if mode else "*"]},
            workers = 1,
            **(_COMMON | kwargs)
        )
