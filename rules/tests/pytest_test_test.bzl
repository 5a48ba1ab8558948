"""Tests of `pytest_test`: the program that it makes, and which of its targets gets which attributes."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("@bazel_skylib//rules:diff_test.bzl", "diff_test")
load("@bazel_skylib//rules:write_file.bzl", "write_file")
load("//rules:defs.bzl", "resource_group")
load("//rules:python.bzl", "pytest_test")
load(":declared_test.bzl", "declared", "declared_test")
load(":failure_test.bzl", "failure_test")

visibility("private")

def _environment_and_runfiles_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, "rules/tests/names_test.bzl", target[RunEnvironmentInfo].environment["FILE"])
    asserts.equals(env, ["MINE"], target[RunEnvironmentInfo].inherited_environment)
    paths = [file.short_path for file in target[DefaultInfo].default_runfiles.files.to_list()]
    for path in [
        "rules/tests/names_test.bzl",
        "rules/tests/pytest_full/pytest.ini",
        "rules/tests/pytest_full/test_a.py",
        "rules/tests/pytest_full_test.interlock.json",
        "rules/tests/pytest_full_test_ungrouped",
        "rules/tests/pytest_full_test_ungrouped_main.py",
        "adapters/pytest/interlock_pytest/__init__.py",
    ]:
        asserts.true(env, path in paths, "{} is not in {}".format(path, paths))
    asserts.false(env, "rules/tests/pytest_full/__init__.py" in paths, "packages are not those of the sources")
    return analysistest.end(env)

environment_and_runfiles_test = analysistest.make(_environment_and_runfiles_test_impl)

# What the program of pytest_full_test has to be.
_PROGRAM = [
    "\"\"\"The program of @@//rules/tests:pytest_full_test_ungrouped_main: pytest, as a worker of the runner where that starts it.\"\"\"",
    "",
    "import sys",
    "",
    "import interlock_pytest",
    "",
    "if __name__ == \"__main__\":",
    "    sys.exit(interlock_pytest.main(",
    "        sys.argv[1:],",
    "        files=[\"rules/tests/pytest_full/test_a.py\"],",
    "        data=[\"rules/tests/names_test.bzl\"],",
    "        config=\"rules/tests/pytest_full/pytest.ini\",",
    "    ))",
]

# A symbolic macro gives None for what its user does not, and knows only files that a rule has declared.
def _as_of_a_symbolic_macro(name):
    pytest_test(
        name = "pytest_bare_test",
        srcs = ["pytest_full/test_a.py"],
        config = None,
        data = None,
        deps = None,
        tags = ["manual"],
    )
    declared_test(
        name = name + "_output",
        actual = declared("pytest_bare_test_ungrouped_main", ["out"]),
        expected = json.encode({"out": ":pytest_bare_test_ungrouped_main.py"}),
    )

def pytest_test_test_suite(name):
    """Declares the tests.

    Args:
      name: Name of their suite.
    """
    write_file(
        name = name + "_full_source",
        out = "pytest_full/test_a.py",
        content = [],
        tags = ["manual"],
    )
    write_file(
        name = name + "_full_config",
        out = "pytest_full/pytest.ini",
        content = ["[pytest]"],
        tags = ["manual"],
    )
    resource_group(
        name = name + "_group",
        scope = "process",
    )
    pytest_test(
        name = "pytest_full_test",
        size = "small",
        srcs = ["pytest_full/test_a.py"],
        args = ["$(location names_test.bzl)"],
        config = "pytest_full/pytest.ini",
        data = ["names_test.bzl"],
        env = {"FILE": "$(location names_test.bzl)"},
        env_inherit = ["MINE"],
        group_markers = {"api": name + "_group"},
        exec_properties = {"test.pool": "large"},  # which NAME.debug, no test, has to take too
        shard_count = 2,
        tags = ["manual", "mine", "no-cache", "workers:3"],
        visibility = ["//visibility:public"],
    )
    environment_and_runfiles_test(
        name = name + "_environment_and_runfiles",
        target_under_test = ":pytest_full_test",
    )
    declared_test(
        name = name + "_inner",
        actual = declared("pytest_full_test_ungrouped", ["kind", "legacy_create_init", "main", "tags", "visibility"]),
        expected = json.encode({
            "kind": "py_test",
            "legacy_create_init": 0,
            "main": ":pytest_full_test_ungrouped_main.py",
            "tags": ["__PYTHON_RULES_MIGRATION_DO_NOT_USE_WILL_BREAK__", "manual", "no-cache"],
            "visibility": ["//visibility:private"],
        }),
    )
    declared_test(
        name = name + "_outer",
        actual = declared("pytest_full_test", ["kind", "running_budget_seconds", "shard_count", "size", "tags", "timeout", "workers"]),
        expected = json.encode({
            "kind": "grouped_test",
            "running_budget_seconds": 60,
            "shard_count": 2,
            "size": "small",
            "tags": ["manual", "mine", "no-cache", "resource-group:{}_group".format(name), "workers:3"],
            "timeout": "eternal",
            "workers": "3",
        }),
    )
    declared_test(
        name = name + "_debug",
        actual = declared("pytest_full_test.debug", ["kind", "running_budget_seconds", "tags", "testonly", "workers"]),
        expected = json.encode({
            "kind": "grouped_binary",
            "running_budget_seconds": 0,
            "tags": ["manual"],
            "testonly": True,
            "workers": "0",
        }),
    )
    write_file(
        name = name + "_program_expected",
        out = name + "_program.txt",
        content = _PROGRAM + [""],
        tags = ["manual"],
    )
    diff_test(
        name = name + "_program",
        file1 = name + "_program.txt",
        file2 = ":pytest_full_test_ungrouped_main",
    )
    _as_of_a_symbolic_macro(name)
    pytest_test(
        name = "pytest_failing_test",
        framework = "protocol",
        srcs = ["pytest_full/test_a.py"],
        group_marker = {},
        tags = ["manual", "resource_group:db"],
        unit = "file",
    )
    failure_test(
        name = name + "_fails",
        messages = [
            "\n//rules/tests:pytest_failing_test: pytest_test does not take framework.\nhint: remove it; it is for grouped_test.",
            "pytest_test does not take group_marker: did you mean group_markers?",
            "the tag \"resource_group:db\" means nothing.\nhint: write \"resource-group:db\".",
            "unit is called keep_together now.",
        ],
        target_under_test = ":pytest_failing_test",
    )
