"""Tests of `go_test`: what is rules_go's, and which of two targets gets which attributes."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("@bazel_skylib//rules:write_file.bzl", "write_file")
load("//rules:defs.bzl", "resource_group")
load("//rules:go.bzl", "go_test")
load("//rules/private/go:importpath.bzl", "with_importpath")
load("//rules/private/test:inner_attributes.bzl", "inner_attributes", "outer_attributes")
load(":declared_test.bzl", "declared", "declared_test")
load(":failure_test.bzl", "failure_test")

visibility("private")

# The division of attributes.

def _all_attributes_reach_rules_go_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(
        env,
        {
            "args": ["-x"],
            "embed": [":lib"],
            "name": "a_test_ungrouped",
            "race": "on",
            "size": "small",
            "tags": ["manual", "no-cache", "requires-network", "local", "block-network"],
            "testonly": True,
            "visibility": ["//visibility:private"],
        },
        inner_attributes(
            name = "a_test",
            tags = [
                "mine",
                "no-cache",
                "cpu:4",
                "requires-network",
                "resources:db:1",
                "resource-group:db",
                "exclusive",
                "local",
                "block-network",
                "localhost",
            ],
            attributes = {
                "args": ["-x"],
                "deprecation": "old",
                "embed": [":lib"],
                "race": "on",
                "size": "small",
                "testonly": True,
                "visibility": ["//visibility:public"],
            },
        ),
    )
    return unittest.end(env)

all_attributes_reach_rules_go_test = unittest.make(_all_attributes_reach_rules_go_test_impl)

def _import_path_is_that_of_the_users_name_test_impl(ctx):
    env = unittest.begin(ctx)

    rest = dict(name = "a_test", package = "x/y")
    for attributes, importpath in [
        ({}, "x/y/a_test"),
        ({"embed": []}, "x/y/a_test"),
        ({"importpath": "example.com/z"}, "example.com/z"),
        ({"embed": [":lib"]}, None),
        ({"embed": select({"//conditions:default": [":lib"]})}, None),
    ]:
        asserts.equals(env, importpath, with_importpath(attributes, **rest).get("importpath"))
    asserts.equals(env, "a_test", with_importpath({}, name = "a_test", package = "")["importpath"])
    asserts.equals(env, "x/a_test", with_importpath({}, name = "a_test", package = "x/a_test")["importpath"])
    return unittest.end(env)

import_path_is_that_of_the_users_name_test = unittest.make(_import_path_is_that_of_the_users_name_test_impl)

def _data_is_outside_only_for_args_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, {}, outer_attributes({"data": ["x"], "env": {"A": "b"}, "env_inherit": ["C"], "srcs": ["a.go"]}))
    asserts.equals(env, {"args": []}, outer_attributes({"args": [], "data": ["x"]}))
    asserts.equals(
        env,
        {"args": ["$(location x)"], "data": ["x"]},
        outer_attributes({"args": ["$(location x)"], "data": ["x"]}),
    )
    return unittest.end(env)

data_is_outside_only_for_args_test = unittest.make(_data_is_outside_only_for_args_test_impl)

# Real targets.

def _environment_and_runfiles_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    environment = target[RunEnvironmentInfo].environment
    asserts.equals(env, "inner", environment["MINE"])
    asserts.equals(env, "rules/tests/names_test.bzl", environment["FILE"])
    asserts.equals(env, "1", environment["GO_TEST_RUN_FROM_BAZEL"])
    asserts.equals(env, ["MINE_INHERITED"], target[RunEnvironmentInfo].inherited_environment)
    paths = [file.short_path for file in target[DefaultInfo].default_runfiles.files.to_list()]
    for path in ["names_test.bzl", "go_full_test.interlock.json", "go_full_test_ungrouped_/go_full_test_ungrouped"]:
        asserts.true(env, "rules/tests/" + path in paths, "{} is not in {}".format(path, paths))
    return analysistest.end(env)

environment_and_runfiles_test = analysistest.make(_environment_and_runfiles_test_impl)

_FAILURES = {
    "cpus": ({"cpus": 0}, "cpus = 0 is not a number of CPUs."),
    "select_of_groups": ({"resource_groups": select({"//conditions:default": {}})}, "resource_groups is a select()"),
    "select_of_keep_together": ({"keep_together": select({"//conditions:default": "case"})}, "keep_together is a select()"),
    "keep_together": ({"keep_together": "file"}, "keep_together = \"file\" does not go with framework = \"go\""),
    "framework": ({"framework": "exec"}, "go_test does not take framework.\nhint: remove it; it is for grouped_test."),
    "group_markers": ({"group_markers": {}}, "go_test does not take group_markers.\nhint: remove it; it is for grouped_test and pytest_test."),
    "misspelt_attribute": ({"resource_group": {}}, "go_test does not take resource_group: did you mean resource_groups?"),
    "misspelt_tag": ({"tags": ["manual", "worker:2"]}, "the tag \"worker:2\" means nothing.\nhint: write \"workers:2\"."),
    "unit": ({"unit": "class"}, "unit is called keep_together now.\nhint: write keep_together = ..."),
    "workers": ({"workers": -1}, "workers = -1 is not a number of workers."),
}

# Attributes of the grouped test, as Bazel gives them back.
_OF_THE_TEST = {
    "args": ["$(location names_test.bzl)"],
    "exec_properties": {"pool": "tests"},
    "flaky": True,
    "shard_count": 2,
    "size": "small",
    "visibility": [":__subpackages__"],
}

def go_test_test_suite(name):
    """Instantiates the tests of `go_test`.

    Args:
      name: Name of the test suite.
    """
    unittest.suite(
        name + "_pure",
        all_attributes_reach_rules_go_test,
        import_path_is_that_of_the_users_name_test,
        data_is_outside_only_for_args_test,
    )
    tests = [name + "_pure"]

    # No file of the repository, or Gazelle would make a target of it.
    write_file(
        name = "go_source",
        out = "go_source/source_test.go",
        content = ["package source"],
        tags = ["manual"],
    )
    write_file(name = "go_durations", out = "go_durations.json", content = ["{}"], tags = ["manual"])
    resource_group(name = "go_shared", tags = ["manual"])

    for case, attributes in {
        "plain": {},
        "plain_with_empty_settings": {
            "resource_groups": {},
            "serial": False,
            "timings": None,
            "keep_together": "case",
            "workers": None,
        },
        "plain_with_none": {"serial": [], "keep_together": None},
        "plain_with_cpus": {"cpus": 2},
    }.items():
        go_test(name = "go_" + case, srcs = [":go_source"], shard_count = 2, tags = ["manual", "mine"], **attributes)
        declared_test(
            name = name + "_" + case,
            actual = declared("go_" + case, ["kind", "name", "shard_count", "tags"]),
            expected = json.encode({
                "kind": "go_test",
                "name": "go_" + case,
                "shard_count": 2,
                "tags": (["cpu:2"] if "cpus" in attributes else []) + ["manual", "mine"],
            }),
        )
        declared_test(
            name = name + "_" + case + "_alone",
            actual = declared("go_" + case + "_ungrouped", []),
            expected = "null",
        )
        tests.extend([name + "_" + case, name + "_" + case + "_alone"])

    for case, attributes in {
        "cpus_and_workers": {"cpus": 2, "workers": "auto"},
        "case_timeout": {"case_timeout": 5},
        "group": {"resource_groups": {":go_shared": ["*"]}},
        "leaks": {"leaks": "fail"},
        "no_workers": {"workers": 0},
        "retries": {"retries": 1},
        "serial": {"serial": True},
        "serial_for_some": {"serial": ["TestX"]},
        "tag_group": {"tags": ["manual", "resource-group::go_shared"]},
        "tag_serial": {"tags": ["manual", "serial"]},
        "tag_shards": {"tags": ["manual", "shards:2"]},
        "tag_workers": {"tags": ["manual", "workers:2"]},
        "timings": {"timings": ":go_durations"},
        "timings_by_select": {"timings": select({"//conditions:default": ":go_durations"})},
        "keep_together": {"keep_together": "class"},
    }.items():
        go_test(name = "go_" + case, srcs = [":go_source"], **({"tags": ["manual"]} | attributes))
        declared_test(
            name = name + "_" + case,
            actual = declared("go_" + case, ["kind", "framework", "cpus"]),
            expected = json.encode({
                "cpus": attributes.get("cpus", 1),
                "framework": "go",
                "kind": "go_grouped_test",
            }),
        )
        declared_test(
            name = name + "_" + case + "_inner",
            actual = declared("go_" + case + "_ungrouped", ["kind", "tags", "visibility"]),
            expected = json.encode({
                "kind": "go_test",
                "tags": ["manual"],
                "visibility": ["//visibility:private"],
            }),
        )
        tests.extend([name + "_" + case, name + "_" + case + "_inner"])

    go_test(
        name = "go_full_test",
        srcs = [":go_source"],
        case_timeout = 60,
        cpus = 3,
        data = ["names_test.bzl"],
        env = {"FILE": "$(location names_test.bzl)", "MINE": "inner"},
        env_inherit = ["MINE_INHERITED"],
        leaks = "ignore",
        resource_groups = {":go_shared": ["TestX"]},
        retries = 3,
        rundir = ".",
        serial = ["TestX"],
        tags = ["manual", "no-cache", "mine"],
        timings = ":go_durations",
        keep_together = "class",
        workers = "auto",
        **_OF_THE_TEST
    )
    declared_test(
        name = name + "_test_attributes",
        actual = declared("go_full_test", ["cpus", "env", "kind", "options", "serial", "tags", "timeout", "timings", "keep_together", "workers"] + list(_OF_THE_TEST)),
        expected = json.encode(_OF_THE_TEST | {
            "cpus": 3,
            "env": {},
            "kind": "go_grouped_test",
            "options": {"case-timeout": "60s", "leaks": "ignore", "retries": "3"},
            "serial": ["TestX"],
            "tags": ["cpu:3", "manual", "mine", "no-cache", "resource-group:go_shared"],
            "timeout": "eternal",
            "timings": ":go_durations",
            "keep_together": "class",
            "workers": "auto",
        }),
    )
    declared_test(
        name = name + "_inner_attributes",
        actual = declared("go_full_test_ungrouped", ["env_inherit", "importpath", "kind", "rundir", "tags", "visibility"]),
        expected = json.encode({
            "env_inherit": ["MINE_INHERITED"],
            "importpath": "rules/tests/go_full_test",
            "kind": "go_test",
            "rundir": ".",
            "tags": ["manual", "no-cache"],
            "visibility": ["//visibility:private"],
        }),
    )
    environment_and_runfiles_test(name = name + "_environment_and_runfiles", target_under_test = ":go_full_test")
    tests.extend([name + "_test_attributes", name + "_inner_attributes", name + "_environment_and_runfiles"])

    for case, (attributes, message) in _FAILURES.items():
        go_test(name = "go_failing_" + case, srcs = [":go_source"], **({"tags": ["manual"]} | attributes))
        failure_test(name = name + "_fails_" + case, messages = [message], target_under_test = ":go_failing_" + case)
        tests.append(name + "_fails_" + case)

    native.test_suite(name = name, tests = tests)
