"""The tests of the contention proof: groups × configurations × strategies."""

load("@rules_interlock//rules:defs.bzl", "grouped_test")
load(":configured_test.bzl", "configured_test")

# Changes of `configured_test`, and one that needs none: another execution platform.
_CONFIGURATIONS = [
    "plain",
    "opt",
    "flavor",
    "host_copt",
    "second_platform",
]

# Tags that make Bazel use a strategy, and `strategy:NAME`, which the checker compares with the strategy
# that Bazel used. What has no tag for it is chosen by the target's name, see proofs/contention.sh.
_STRATEGIES = {
    "linux_sandbox": ["strategy:linux-sandbox"],
    "block_network": ["strategy:linux-sandbox", "block-network"],
    "processwrapper_sandbox": ["strategy:processwrapper-sandbox"],
    "local": ["strategy:local", "local"],
}

_CASES = [
    (["db"], configuration, strategy)
    for configuration in _CONFIGURATIONS
    for strategy in _STRATEGIES
] + [
    (["api"], configuration, strategy)
    for configuration in _CONFIGURATIONS
    for strategy in ["linux_sandbox", "local"]
] + [
    (["port"], "flavor", "processwrapper_sandbox"),
    (["port"], "host_copt", "linux_sandbox"),
    (["port"], "plain", "local"),
    (["db", "port"], "flavor", "linux_sandbox"),
    (["db", "port"], "opt", "local"),
    (["port", "api"], "host_copt", "processwrapper_sandbox"),
    (["port", "api"], "plain", "block_network"),
    (["db", "port", "api"], "second_platform", "linux_sandbox"),
    ([], "flavor", "local"),
    ([], "plain", "linux_sandbox"),
]

def cases(*, grouped):
    """Declares all cases.

    Args:
      grouped: bool, whether they hold the groups that they use.
    """
    for uses, configuration, strategy in _CASES:
        _case(
            name = "_".join((uses or ["nothing"]) + [configuration, strategy]),
            uses = uses,
            grouped = grouped,
            configuration = configuration,
            tags = _STRATEGIES[strategy],
        )

def _case(*, name, uses, grouped, configuration, tags):
    in_place = configuration in ["plain", "second_platform"]
    grouped_test(
        name = name if in_place else name + ".grouped",
        size = "small",
        args = ["work"],
        env = {"USES": ",".join(uses)},
        exec_compatible_with = ["//platforms:second_machine"] if configuration == "second_platform" else [],
        resource_groups = {"//resources:" + group: ["*"] for group in uses} if grouped else {},
        tags = tags if in_place else ["manual"],
        test = "//program",
    )
    if not in_place:
        configured_test(
            name = name,
            size = "small",
            timeout = "eternal",  # as grouped_test does
            args = ["work"],
            change = configuration,
            tags = tags,
            test = name + ".grouped",
        )
