"""The tests of the contention proof: groups × configurations × strategies."""

load("@rules_interlock//rules:defs.bzl", "grouped_test")
load("@rules_interlock//rules:go.bzl", "go_test")
load("@rules_interlock//rules:python.bzl", "pytest_test")
load(":configured_test.bzl", "configured_test")

# Changes of `configured_test`, and one that needs none: another execution platform.
_CONFIGURATIONS = [
    "plain",
    "opt",
    "flavor",
    "host_copt",
    "second_platform",
]

# Tags by which Bazel chooses how to run a test. Which sandbox the others get is one choice for all tests
# of a build: `--strategy=TestRunner=…`, since Bazel heeds no `--strategy_regexp` for tests.
_STRATEGIES = {
    "sandboxed": [],
    "block_network": ["block-network"],
    "local": ["local"],
}

_CASES = [
    ([group], configuration, strategy)
    for group in ["db", "api"]
    for configuration in _CONFIGURATIONS
    for strategy in _STRATEGIES
] + [
    (["port"], "flavor", "sandboxed"),
    (["port"], "plain", "local"),
    (["db", "port"], "flavor", "block_network"),
    (["db", "port"], "opt", "local"),
    (["port", "api"], "host_copt", "local"),
    (["port", "api"], "plain", "sandboxed"),
    (["db", "port", "api"], "second_platform", "sandboxed"),
    ([], "flavor", "local"),
    ([], "plain", "sandboxed"),
]

# Go tests, whose cases hold groups of their own, in shards.
_GO_TESTS = {
    "go_test": [],
    "go_local_test": ["local"],
}

_GO_GROUPS = {
    "//resources:api": ["TestAPI*"],
    "//resources:db": ["TestDB*"],
    "//resources:pool": [
        "TestSmall*",
        "TestBig*=2",
        "TestRead*=shared",
    ],
    "//resources:port": [
        "TestPort*",
        "TestDBAndPort",
    ],
}

# Pytest tests, whose marks name their groups.
_PYTEST_TESTS = {
    "pytest_test": [],
    "pytest_local_test": ["local"],
}

_PYTEST_MARKERS = {name: "//resources:" + name for name in ["api", "db", "port"]}

_PYTEST_GROUPS = {"//resources:pool": [
    "*::test_big=2",
    "*::test_read=shared",
]}

def cases(*, name, grouped):
    """Declares all cases.

    Args:
      name: str, name of a suite of them.
      grouped: bool, whether they hold the groups that they use.
    """
    tests = {
        "_".join((case[0] or ["nothing"]) + [case[1], case[2]]): case
        for case in _CASES
    }
    native.test_suite(name = name, tests = tests.keys() + _GO_TESTS.keys() + _PYTEST_TESTS.keys())
    for test, tags in _GO_TESTS.items():
        _go_case(name = test, grouped = grouped, tags = tags)
    for test, tags in _PYTEST_TESTS.items():
        _pytest_case(name = test, grouped = grouped, tags = tags)
    for test, (uses, configuration, strategy) in tests.items():
        _case(
            name = test,
            uses = uses,
            grouped = grouped,
            configuration = configuration,
            tags = _STRATEGIES[strategy],
        )

def _go_case(*, name, grouped, tags):
    go_test(
        name = name,
        size = "small",
        srcs = [
            "//program:api_test.go",
            "//program:cases_test.go",
            "//program:say_test.go",
        ],
        resource_groups = _GO_GROUPS if grouped else {},
        shard_count = 3,
        tags = tags,
        workers = 2,
        deps = ["@rules_interlock//e2e/witness/caselog"],
    )

def _pytest_case(*, name, grouped, tags):
    # Without groups the names in marks still are those of groups, but of each process its own.
    pytest_test(
        name = name,
        size = "small",
        srcs = ["//program:test_cases.py"],
        group_markers = _PYTEST_MARKERS if grouped else {},
        resource_groups = _PYTEST_GROUPS if grouped else {},
        shard_count = 2,
        strict_groups = grouped,
        tags = tags,
        workers = 2,
        deps = ["@interlock_pypi//:pytest"],
    )

def _case(*, name, uses, grouped, configuration, tags):
    # Without groups they are to collide even where a test takes long to start.
    args = ["work 0.15" if grouped else "work 0.5"]
    in_place = configuration in ["plain", "second_platform"]
    grouped_test(
        name = name if in_place else name + ".grouped",
        size = "small",
        args = args,
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
            args = args,
            change = configuration,
            tags = tags,
            test = name + ".grouped",
        )
