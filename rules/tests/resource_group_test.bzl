"""Tests of //rules/private:resource_group.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//rules:defs.bzl", "resource_group")
load("//rules/private:providers.bzl", "ResourceGroupInfo")
load("//rules/private:resource_group.bzl", "resource_group_error")
load(":failure_test.bzl", "failure_test")

visibility("private")

def _error(**kwargs):
    return resource_group_error(**(dict(name = "db", capacity = 1, scope = "build", key = "") | kwargs))

def _errors_test_impl(ctx):
    env = unittest.begin(ctx)
    for scope in ["build", "process"]:
        for capacity in [1, 1024]:
            asserts.equals(env, None, _error(scope = scope, capacity = capacity))
    for attribute, value in [
        ("name", "a:b"),
        ("scope", "galaxy"),
        ("scope", "cluster"),
        ("scope", "host"),
        ("capacity", 0),
        ("capacity", 1025),
        ("key", "acme/db"),
    ]:
        asserts.equals(env, attribute, _error(**{attribute: value})[0])

    # Bazel itself lets no target be called that.
    asserts.equals(
        env,
        ("name", "\"a:b\" cannot be the name of a resource group, because it contains ':', and tags and flags carry " +
                 "the name. Use a letter, digit or '_', then letters, digits and any of '_.+~/-'."),
        _error(name = "a:b"),
    )
    return unittest.end(env)

errors_test = unittest.make(_errors_test_impl)

_FAILURES = {
    "db,cache": struct(
        attrs = {},
        message = "\"bad/db,cache\" cannot be the name of a resource group, because it contains ',', and tags and flags " +
                  "carry the name. Use a letter, digit or '_', then letters, digits and any of '_.+~/-'.",
    ),
    "capacity_above_the_limit": struct(
        attrs = {"capacity": 1025},
        message = "capacity = 1025 is more than 1024, and each unit is a file. Use a smaller capacity, or no group at " +
                  "all for what is that plentiful.",
    ),
    "capacity_zero": struct(
        attrs = {"capacity": 0},
        message = "capacity = 0 would let no test run, ever. Use 1 for a resource that one case uses at a time, or more.",
    ),
    "cluster_scope": struct(
        attrs = {"scope": "cluster", "key": "acme/db"},
        message = "scope = \"cluster\" does not exist yet. Use scope = \"build\", which covers the tests of one Bazel " +
                  "server on one machine.",
    ),
    "host_scope": struct(
        attrs = {"scope": "host", "key": "acme/db"},
        message = "scope = \"host\" does not exist yet.",
    ),
    "key_of_a_build_group": struct(
        attrs = {"key": "acme/db"},
        message = "key = \"acme/db\" has no meaning here, because the label alone identifies a group of scope " +
                  "\"build\". Remove the key.",
    ),
    "unknown_scope": struct(
        attrs = {"scope": "galaxy"},
        message = "scope = \"galaxy\" does not exist. Use one of \"process\", \"build\".",
    ),
}

def _build_scope_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[ResourceGroupInfo]
    asserts.equals(env, target.label, info.label)
    asserts.equals(env, ("acme/db", "build", 2, ""), (info.name, info.scope, info.capacity, info.key))
    folder = target.label.package + "/"
    asserts.equals(
        env,
        [folder + "acme/db.0.lock", folder + "acme/db.1.lock"],
        [file.short_path for file in info.units],
    )
    asserts.equals(env, folder + "acme/db.turnstile.lock", info.turnstile.short_path)
    asserts.equals(env, info.units + [info.turnstile], target[DefaultInfo].files.to_list())

    # Made by Bazel itself, and named so that whoever finds one knows what it is.
    actions = analysistest.target_actions(env)
    asserts.equals(env, ["FileWrite"] * 3, [action.mnemonic for action in actions])
    for action in actions:
        asserts.true(env, str(target.label) in action.content, action.content)
        asserts.true(env, action.content.startswith("# ") and action.content.count("\n") == 1, action.content)
    return analysistest.end(env)

build_scope_test = analysistest.make(_build_scope_test_impl)

def _process_scope_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[ResourceGroupInfo]
    asserts.equals(env, ("process", 3, [], None), (info.scope, info.capacity, info.units, info.turnstile))
    asserts.equals(env, [], target[DefaultInfo].files.to_list())
    asserts.equals(env, [], analysistest.target_actions(env))
    return analysistest.end(env)

process_scope_test = analysistest.make(_process_scope_test_impl)

def resource_group_test_suite(name):
    """Instantiates the tests of `resource_group`.

    Args:
      name: Name of the test suite.
    """
    tests = []

    resource_group(name = "acme/db", capacity = 2, tags = ["manual"])
    build_scope_test(name = name + "_build_scope", target_under_test = ":acme/db")
    tests.append(name + "_build_scope")

    resource_group(name = "process_scope_group", capacity = 3, scope = "process", tags = ["manual"])
    process_scope_test(name = name + "_process_scope", target_under_test = ":process_scope_group")
    tests.append(name + "_process_scope")

    for case, failure in _FAILURES.items():
        resource_group(name = "bad/" + case, tags = ["manual"], **failure.attrs)
        test = name + "_fails_" + case
        failure_test(name = test, target_under_test = ":bad/" + case, messages = [failure.message])
        tests.append(test)

    unittest.suite(name + "_pure", errors_test)
    native.test_suite(name = name, tests = [name + "_pure"] + tests)
