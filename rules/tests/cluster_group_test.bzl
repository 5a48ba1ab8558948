"""Tests of groups of scope `cluster`: what they bring is a runner of their own, and nobody else gets it.

The runner is one that these tests make, by a toolchain as whoever has a prebuilt one would register.
"""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("@bazel_skylib//rules:diff_test.bzl", "diff_test")
load("@bazel_skylib//rules:write_file.bzl", "write_file")
load("//rules:defs.bzl", "grouped_test", "resource_group")
load("//rules/private/group:providers.bzl", "ResourceGroupInfo")
load("//rules/private/runner:toolchain.bzl", "CLUSTER_TOOLCHAIN_TYPE", "interlock_toolchain")
load(":fixtures.bzl", "fixture_binary")

visibility("private")

_PREBUILT = {"//command_line_option:extra_toolchains": [str(Label("//rules/tests:cluster_prebuilt"))]}

def _group_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[ResourceGroupInfo]
    asserts.equals(env, ("cluster", "acme/llm", 4, None), (info.scope, info.key, info.capacity, info.queue))
    asserts.equals(env, "cluster_prebuilt_runner", info.runner.executable.basename)
    asserts.equals(env, [], target[DefaultInfo].files.to_list())
    return analysistest.end(env)

group_test = analysistest.make(_group_test_impl, config_settings = _PREBUILT)

def _runner_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    executable = target[DefaultInfo].files_to_run.executable
    runners = [
        input.basename
        for action in analysistest.target_actions(env)
        if executable in action.outputs.to_list()
        for input in action.inputs.to_list()
    ]
    asserts.equals(env, [ctx.attr.runner], runners)
    runfiles = [file.basename for file in target[DefaultInfo].default_runfiles.files.to_list()]
    asserts.equals(env, ctx.attr.runner == "cluster_prebuilt_runner", "cluster_group_test.bzl" in runfiles)
    asserts.equals(env, ctx.attr.requirements, target[testing.ExecutionInfo].requirements)
    return analysistest.end(env)

runner_test = analysistest.make(
    _runner_test_impl,
    attrs = {"requirements": attr.string_dict(), "runner": attr.string()},
    config_settings = _PREBUILT,
)

def cluster_group_test_suite(name):
    """Instantiates the tests of groups of scope `cluster`.

    Args:
      name: Name of the test suite.
    """
    fixture_binary(name = "cluster_prebuilt_runner", data = ["cluster_group_test.bzl"], tags = ["manual"])
    interlock_toolchain(
        name = "cluster_prebuilt_toolchain",
        runner = ":cluster_prebuilt_runner",
        tags = ["manual"],
        visibility = ["//visibility:public"],  # which toolchains need from Bazel 8 on
    )
    native.toolchain(
        name = "cluster_prebuilt",
        toolchain = ":cluster_prebuilt_toolchain",
        toolchain_type = CLUSTER_TOOLCHAIN_TYPE,
    )

    fixture_binary(name = "cluster_program", tags = ["manual"])
    resource_group(name = "cluster_llm", capacity = 4, key = "acme/llm", scope = "cluster", tags = ["manual"])
    resource_group(name = "cluster_neighbour", tags = ["manual"])
    group_test(name = name + "_info", target_under_test = ":cluster_llm")

    tests = [name + "_info"]
    for case, groups, runner, requirements in [
        ("cluster", ["cluster_llm"], "cluster_prebuilt_runner", {"requires-network": ""}),
        ("build", ["cluster_neighbour"], "interlock", {"no-remote-exec": ""}),
        (
            "both",
            ["cluster_neighbour", "cluster_llm"],
            "cluster_prebuilt_runner",
            {"no-remote-exec": "", "requires-network": ""},
        ),
    ]:
        grouped_test(
            name = "cluster_test_of_" + case,
            test = ":cluster_program",
            resource_groups = {":" + group: ["*"] for group in groups},
            tags = ["manual"],
        )
        runner_test(
            name = "{}_runner_of_{}".format(name, case),
            requirements = requirements | {"supports-graceful-termination": ""},
            runner = runner,
            target_under_test = ":cluster_test_of_" + case,
        )
        tests.append("{}_runner_of_{}".format(name, case))
    _only_their_tests_depend_on_the_runner(name + "_users")
    native.test_suite(name = name, tests = tests + [name + "_users"])

# So that the coordinator's client is not even fetched for others.
def _only_their_tests_depend_on_the_runner(name):
    all_tests = ["//rules/tests:cluster_test_of_" + case for case in ("both", "build", "cluster")]
    native.genquery(
        name = name + "_found",
        testonly = True,
        expression = "kind(grouped_test, rdeps(set({}), //rules/toolchain:cluster_runner))".format(" ".join(all_tests)),
        scope = all_tests,
        tags = ["manual"],
    )
    write_file(
        name = name + "_wanted",
        out = name + "_wanted.txt",
        content = [test for test in all_tests if test != "//rules/tests:cluster_test_of_build"] + [""],
        tags = ["manual"],
    )
    diff_test(name = name, file1 = name + "_wanted", file2 = name + "_found")
