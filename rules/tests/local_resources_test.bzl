"""Tests of //rules/private/group:local_resources.bzl, and of the build setting that makes use of it."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//rules:defs.bzl", "grouped_test", "resource_group")
load("//rules/private/group:local_resources.bzl", "local_resource_name", "local_resources_flag", "resource_requirement")
load("//rules/private/test:providers.bzl", "LocalResourcesInfo")
load(":fixtures.bzl", "fixture_binary")

visibility("private")

_SETTING = str(Label("//rules:resource_tags"))

def _label(name, package = "", repo_name = ""):
    return struct(name = name, package = package, repo_name = repo_name)

def _each_label_has_a_name_of_its_own_test_impl(ctx):
    env = unittest.begin(ctx)
    names = {
        "////db": _label("db"),
        "//a//b/c": _label("b/c", package = "a"),
        "//a/b//c": _label("c", package = "a/b"),
        "//with%20%space//db": _label("db", package = "with space"),
        # What would look like the one above.
        "//with%25%20%25%space//db": _label("db", package = "with%20%space"),
        "//with%3d%//db": _label("db", package = "with="),
        "@@dep+//a//db": _label("db", package = "a", repo_name = "dep+"),
        "@@dep~1.0//a//db": _label("db", package = "a", repo_name = "dep~1.0"),
    }
    for name, label in names.items():
        asserts.equals(env, name, local_resource_name(label))
    return unittest.end(env)

each_label_has_a_name_of_its_own_test = unittest.make(_each_label_has_a_name_of_its_own_test_impl)

def _tag_and_flag_agree_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, "resources://resources//db:2", resource_requirement(Label("//resources:db"), units = 2))
    asserts.equals(
        env,
        "--local_resources=//resources//db=4",
        local_resources_flag(Label("//resources:db"), capacity = 4),
    )
    return unittest.end(env)

tag_and_flag_agree_test = unittest.make(_tag_and_flag_agree_test_impl)

def _setting_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    requirements = target[testing.ExecutionInfo].requirements
    asserts.equals(
        env,
        ctx.attr.resources,
        [requirement for requirement in requirements if requirement.startswith("resources:")],
    )
    asserts.true(env, "no-remote-exec" in requirements)

    # Whatever the setting is: the flags have to be known before it is switched on.
    asserts.equals(env, ["--local_resources=//rules/tests//scheduled=3"], target[LocalResourcesInfo].flags)
    return analysistest.end(env)

_ATTRS = {"resources": attr.string_list()}

off_by_default_test = analysistest.make(_setting_test_impl, attrs = _ATTRS)
on_test = analysistest.make(_setting_test_impl, attrs = _ATTRS, config_settings = {_SETTING: True})

def local_resources_test_suite(name):
    """Instantiates the tests of local resources.

    Args:
      name: Name of the test suite.
    """
    unittest.suite(
        name + "_pure",
        each_label_has_a_name_of_its_own_test,
        tag_and_flag_agree_test,
    )
    fixture_binary(name = "scheduled_program", tags = ["manual"])
    resource_group(name = "scheduled", capacity = 3, tags = ["manual"])
    native.alias(name = "scheduled_alias", actual = ":scheduled", tags = ["manual"])
    resource_group(name = "scheduled_for_some", tags = ["manual"])
    resource_group(name = "scheduled_for_readers", tags = ["manual"])
    resource_group(name = "scheduled_in_process", scope = "process", tags = ["manual"])
    grouped_test(
        name = "scheduled_test",
        test = ":scheduled_program",
        resource_groups = {
            # Together they are all cases: what counts is the group, not how it is reached.
            ":scheduled": ["TestA=3"],
            ":scheduled_alias": ["TestB", "*", "*=2", "*=shared"],
            ":scheduled_for_some": ["Test*"],
            ":scheduled_for_readers": ["*=shared", "TestA"],
            ":scheduled_in_process": ["*"],
        },
        tags = ["manual"],
    )
    off_by_default_test(name = name + "_off_by_default", resources = [], target_under_test = ":scheduled_test")
    on_test(
        name = name + "_on",
        resources = ["resources://rules/tests//scheduled:2"],
        target_under_test = ":scheduled_test",
    )
    native.test_suite(name = name, tests = [name + "_pure", name + "_off_by_default", name + "_on"])
