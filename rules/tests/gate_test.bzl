"""Tests of what a test says for `interlock gate`, and of the execution properties for clusters that count groups."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//rules:defs.bzl", "grouped_test", "resource_group")
load("//rules/private/test:gate.bzl", "gate_environment")
load("//rules/private/test:providers.bzl", "LocalResourcesInfo")
load("//rules/private/test:resource_properties.bzl", "resource_properties")
load("//rules/private/test:uses.bzl", "glob_use")
load(":fixtures.bzl", "fixture_binary")

visibility("private")

_SETTING = str(Label("//rules:resource_properties"))

def _group(*uses, scope = "cluster", capacity = 4):
    return struct(
        info = struct(scope = scope, key = "acme/llm", capacity = capacity),
        cases = [glob_use(*use) for use in uses],
    )

def _needs_test_impl(ctx):
    env = unittest.begin(ctx)
    for groups, workers, cpus, want in [
        # Only groups of scope cluster, and only what every case holds.
        ([], "1", 1, None),
        ([_group(("*",), scope = "host")], "1", 1, None),
        ([_group(("Test*",), ("TestA", "3"))], "1", 1, None),
        ([_group(("*",))], "1", 1, [{"capacity": 4, "key": "acme/llm", "units": 1}]),
        ([_group(("TestA", "4"), ("*", "2"))], "1", 1, [{"capacity": 4, "key": "acme/llm", "units": 2}]),
        ([_group(("*", "shared"), ("TestA",))], "8", 1, [{"capacity": 4, "key": "acme/llm", "shared": True}]),
        # As much as the workers can use at once.
        ([_group(("*",))], "0", 1, [{"capacity": 4, "key": "acme/llm", "units": 1}]),
        ([_group(("*",))], "3", 1, [{"capacity": 4, "key": "acme/llm", "units": 3}]),
        ([_group(("*",))], "auto", 2, [{"capacity": 4, "key": "acme/llm", "units": 2}]),
        ([_group(("*",))], "16", 1, [{"capacity": 4, "key": "acme/llm", "units": 4}]),
        ([_group(("*", "3"))], "16", 1, [{"capacity": 4, "key": "acme/llm", "units": 3}]),
    ]:
        got = gate_environment(groups, workers = workers, cpus = cpus).get("INTERLOCK_GATE")
        asserts.equals(env, want, json.decode(got) if got else None)
    return unittest.end(env)

needs_test = unittest.make(_needs_test_impl)

def _properties_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, {"test.resources://a.b//db": "2", "test.resources://x//y": "1"}, resource_properties({
        Label("//a.b:db"): json.encode([glob_use("*", "2")]),
        Label("//x:readers"): json.encode([glob_use("*", "shared")]),
        Label("//x:some"): json.encode([glob_use("TestA")]),
        Label("//x:y"): json.encode([glob_use("*"), glob_use("TestA", "3")]),
    }))
    return unittest.end(env)

properties_test = unittest.make(_properties_test_impl)

def _variable_test_impl(ctx):
    env = analysistest.begin(ctx)
    environment = analysistest.target_under_test(env)[RunEnvironmentInfo].environment
    asserts.equals(env, ctx.attr.value, environment.get("INTERLOCK_GATE", ""))
    asserts.equals(env, "kept", environment["MINE"])
    return analysistest.end(env)

variable_test = analysistest.make(_variable_test_impl, attrs = {"value": attr.string()})

# An aspect sees the attribute as the rule got it, which no provider has.
_ExecPropertiesInfo = provider("The exec_properties of a target.", fields = {"properties": "dict of str to str"})

def _exec_properties_impl(_target, ctx):
    return [_ExecPropertiesInfo(properties = ctx.rule.attr.exec_properties)]

_exec_properties = aspect(implementation = _exec_properties_impl)

def _setting_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, ctx.attr.properties, target[_ExecPropertiesInfo].properties)
    asserts.equals(env, ctx.attr.flags, target[LocalResourcesInfo].flags)
    return analysistest.end(env)

_ATTRS = {"flags": attr.string_list(), "properties": attr.string_dict()}
off_by_default_test = analysistest.make(_setting_test_impl, attrs = _ATTRS, extra_target_under_test_aspects = [_exec_properties])
on_test = analysistest.make(
    _setting_test_impl,
    attrs = _ATTRS,
    config_settings = {_SETTING: True},
    extra_target_under_test_aspects = [_exec_properties],
)

def gate_test_suite(name):
    """Instantiates the tests.

    Args:
      name: Name of the test suite.
    """
    unittest.suite(name + "_pure", needs_test, properties_test)
    fixture_binary(name = "gated_program", tags = ["manual"])
    resource_group(name = "gated_llm", capacity = 4, key = "acme/llm", scope = "cluster", tags = ["manual"])
    resource_group(name = "gated_db", capacity = 2, tags = ["manual"])
    for suffix, groups in {
        "some": {":gated_db": ["*"], ":gated_llm": ["Test*"]},
        "test": {":gated_db": ["*"], ":gated_llm": ["*=3"]},
    }.items():
        grouped_test(
            name = "gated_" + suffix,
            env = {"MINE": "kept"},
            exec_properties = {"Pool": "large"},
            resource_groups = groups,
            tags = ["manual"],
            test = ":gated_program",
        )
    variable_test(
        name = name + "_variable",
        target_under_test = ":gated_test",
        value = '[{"capacity":4,"key":"acme/llm","units":3}]',
    )
    variable_test(name = name + "_no_variable", target_under_test = ":gated_some")
    off_by_default_test(
        name = name + "_off_by_default",
        flags = ["--local_resources=//rules/tests//gated_db=2"],
        properties = {"Pool": "large"},
        target_under_test = ":gated_test",
    )
    on_test(
        name = name + "_on",
        flags = ["--local_resources=//rules/tests//gated_db=2", "--local_resources=//rules/tests//gated_llm=4"],
        properties = {
            "Pool": "large",
            "test.resources://rules/tests//gated_db": "1",
            "test.resources://rules/tests//gated_llm": "3",
        },
        target_under_test = ":gated_test",
    )
    native.test_suite(
        name = name,
        tests = [name + suffix for suffix in ["_pure", "_variable", "_no_variable", "_off_by_default", "_on"]],
    )
