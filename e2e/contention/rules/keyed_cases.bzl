"""Tests that contend for groups with keys, whichever Bazel servers run them."""

load("@rules_interlock//rules:defs.bzl", "grouped_test", "resource_group")

# Capacities, by name.
_GROUPS = {
    "db": 1,
    "pool": 3,
    "port": 1,
}

# What tests use, by how the test is called: groups with the suffix of their globs.
_USES = {
    "big": {"pool": "=2"},
    "db": {"db": ""},
    "db_and_port": {
        "db": "",
        "port": "",
    },
    "port": {"port": ""},
    "read": {"pool": "=shared"},
    "small": {"pool": ""},
}

# Tags by which Bazel chooses how to run a test, and which of its two labels a group has for it: what
# identifies a group is its key.
_STRATEGIES = {
    "sandboxed": ([], ""),
    "block_network": (["block-network"], "_again"),
    "local": (["local"], "_again"),
}

def keyed_groups(*, name, scope):
    """Declares each group twice.

    Args:
      name: str, what their keys begin with.
      scope: str, of the groups.
    """
    for group, capacity in _GROUPS.items():
        for again in ["", "_again"]:
            resource_group(
                name = group + again,
                capacity = capacity,
                key = name + "/" + group,
                scope = scope,
            )

def keyed_cases(*, name, fenced = False, strategies = _STRATEGIES.keys()):
    """Declares the tests that use the groups of this package, which `keyed_groups` has declared.

    Args:
      name: str, of a suite of them.
      fenced: bool, whether they say which fencing tokens they have.
      strategies: list of str, keys of `_STRATEGIES`.
    """
    tests = {
        use + "_" + strategy: (_USES[use], _STRATEGIES[strategy])
        for use in _USES
        for strategy in strategies
    }
    native.test_suite(name = name, tests = tests.keys())
    for test, (uses, (tags, again)) in tests.items():
        grouped_test(
            name = test,
            size = "small",
            args = ["work 0.15"],
            env = {"USES": ",".join([group + suffix for group, suffix in uses.items()])} | ({
                "FENCES": ",".join([
                    "{}=@INTERLOCK_{}_FENCE".format(group, (group + again).upper())
                    for group in uses
                ]),
            } if fenced else {}),
            resource_groups = {":" + group + again: ["*" + suffix] for group, suffix in uses.items()},
            tags = tags,
            test = "//program",
        )
