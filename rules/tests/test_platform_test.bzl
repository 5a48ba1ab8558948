"""Tests that what a test starts is built for the platform that the test runs on, not for that of other actions.

Bazel 9 chooses the platform of the exec group `test` by the target's. Here a test rule with our attributes chooses it by
a constraint of that group.
"""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "resource_group")
load("//rules/private/group:providers.bzl", "ResourceGroupInfo")
load("//rules/private/test:attributes.bzl", "rule_attributes")

visibility("private")

_StartedInfo = provider(doc = "What tests start.", fields = {"programs": "list of str, the names of the setups"})

def _program_impl(ctx):
    on_testers = ctx.target_platform_has_constraint(ctx.attr._tester[platform_common.ConstraintValueInfo])
    program = ctx.actions.declare_file("setup_for_{}".format("testers" if on_testers else "builders"))
    ctx.actions.write(program, "", is_executable = True)
    return DefaultInfo(executable = program)

_program = rule(
    implementation = _program_impl,
    doc = "A program whose name tells for which platform it is.",
    attrs = {"_tester": attr.label(default = "//rules/tests:tester")},
    executable = True,
)

def _starter_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(executable, "", is_executable = True)
    groups = [group[ResourceGroupInfo] for group in ctx.attr.resource_groups.keys() + ctx.attr.group_markers.keys()]
    return [
        DefaultInfo(executable = executable),
        _StartedInfo(programs = [group.setup.program.basename for group in groups]),
    ]

_of_groups = {name: rule_attributes()[name] for name in ("group_markers", "resource_groups")}

starter_test = rule(
    implementation = _starter_impl,
    doc = "A test with the groups of a grouped test, which runs on testers only.",
    attrs = _of_groups,
    exec_groups = {"test": exec_group(exec_compatible_with = ["//rules/tests:tester"])},
    test = True,
)

def _platform_test_impl(ctx):
    env = analysistest.begin(ctx)
    started = analysistest.target_under_test(env)[_StartedInfo].programs
    asserts.equals(env, ["setup_for_testers", "setup_for_testers"], started)
    return analysistest.end(env)

platform_test = analysistest.make(
    _platform_test_impl,
    config_settings = {
        "//command_line_option:extra_execution_platforms": [
            str(Label("//rules/tests:builders")),
            str(Label("//rules/tests:testers")),
        ],
    },
)

def test_platform_test_suite(name):
    """Instantiates the tests.

    Args:
      name: Name of the test suite.
    """
    native.constraint_setting(name = "kind_of_machine")
    native.constraint_value(name = "tester", constraint_setting = ":kind_of_machine")
    native.constraint_value(name = "builder", constraint_setting = ":kind_of_machine")
    for kind in ("builder", "tester"):
        native.platform(name = kind + "s", constraint_values = [":" + kind], parents = ["@platforms//host"])
    _program(name = name + "_setup", tags = ["manual"])
    for group in ("one", "other"):
        resource_group(name = "{}_{}".format(name, group), setup = ":{}_setup".format(name), tags = ["manual"])
    starter_test(
        name = name + "_starter_test",
        group_markers = {":{}_other".format(name): "[]"},
        resource_groups = {":{}_one".format(name): "[]"},
        tags = ["manual"],
    )
    platform_test(name = name + "_setups", target_under_test = ":{}_starter_test".format(name))
    native.test_suite(name = name, tests = [name + "_setups"])
