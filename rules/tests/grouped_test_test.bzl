"""Tests of `grouped_test`: the checklist of what a `*_test` owes Bazel, and what becomes of its groups."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("@bazel_skylib//rules:write_file.bzl", "write_file")
load("//rules:defs.bzl", "grouped_test", "resource_group")
load(":fixtures.bzl", "fixture_binary", "fixture_test")

visibility("private")

# Runfiles.

def _runfiles_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    runfiles = {file.short_path: None for file in target[DefaultInfo].default_runfiles.files.to_list()}
    folder = target.label.package + "/"
    for name in [
        "checklist",
        "checklist.interlock.json",
        "checklist_program",
        "checklist_timings.json",
        "checklist_group.queue.lock",
        "checklist_group.units.lock",
        # The program's own, those of `data`, and the runfiles of a target in `data`.
        "fixtures.bzl",
        "names_test.bzl",
        "checklist_data",
        "tags_test.bzl",
    ]:
        asserts.true(env, folder + name in runfiles, "{} is not in {}".format(name, runfiles.keys()))
    asserts.equals(env, ["checklist"], [file.basename for file in target[DefaultInfo].files.to_list()])
    asserts.equals(env, "checklist", target[DefaultInfo].files_to_run.executable.basename)
    asserts.equals(
        env,
        ["checklist.interlock.json"],
        [file.basename for file in target[OutputGroupInfo].interlock_manifest.to_list()],
    )
    return analysistest.end(env)

runfiles_test = analysistest.make(_runfiles_test_impl)

# Environment.

def _environment_test_impl(ctx):
    env = analysistest.begin(ctx)
    info = analysistest.target_under_test(env)[RunEnvironmentInfo]
    asserts.equals(env, {
        "BOTH": "outer",
        "INNER": "inner",
        "LOCATION": "rules/tests/names_test.bzl",
        "MODE": "$" + ctx.var["COMPILATION_MODE"],
        "PROGRAM": "rules/tests/checklist_program",
    }, info.environment)
    asserts.equals(env, ["INNER_INHERITED", "OUTER_INHERITED"], info.inherited_environment)
    return analysistest.end(env)

environment_test = analysistest.make(_environment_test_impl)

# Execution.

def _requirements_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, ctx.attr.requirements, target[testing.ExecutionInfo].requirements)
    return analysistest.end(env)

requirements_test = analysistest.make(
    _requirements_test_impl,
    attrs = {"requirements": attr.string_dict()},
)

# Coverage.

def _coverage_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(
        env,
        ["fixtures.bzl"],
        [file.basename for file in target[InstrumentedFilesInfo].instrumented_files.to_list()],
    )
    inputs = [
        file.short_path
        for action in analysistest.target_actions(env)
        if action.mnemonic == "TestRunner"
        for file in action.inputs.to_list()
    ]

    # What merges the reports is whatever that repository has.
    for tool in ["remote_coverage_tools/", "/collect_cc_coverage.sh"]:
        asserts.true(env, any([tool in path for path in inputs]), tool + " is not an input of the test")
    return analysistest.end(env)

coverage_test = analysistest.make(
    _coverage_test_impl,
    config_settings = {
        "//command_line_option:collect_code_coverage": True,
        "//command_line_option:instrument_test_targets": True,
        "//command_line_option:instrumentation_filter": "//rules/tests",
    },
)

# What Bazel itself keeps of a test's attributes.

def _attributes_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, json.decode(ctx.attr.expected), json.decode(ctx.attr.actual))
    return unittest.end(env)

attributes_test = unittest.make(
    _attributes_test_impl,
    attrs = {"actual": attr.string(), "expected": attr.string()},
)

# Labels as Bazel gives them back.
_NATIVE_ATTRIBUTES = {
    "args": ["--verbose", "$(location names_test.bzl)"],
    "exec_compatible_with": ["@@platforms//cpu:all"],
    "exec_properties": {"pool": "tests"},
    "features": ["a_feature"],
    "flaky": True,
    "local": True,
    "shard_count": 3,
    "size": "small",
    "target_compatible_with": ["@@platforms//os:none"],
    "testonly": True,
    "toolchains": [":checklist_data"],
    "visibility": [":__subpackages__"],
}

def _declared_attributes(name):
    declared = native.existing_rule(name)
    return json.encode({
        attribute: list(declared[attribute]) if type(declared[attribute]) == "tuple" else declared[attribute]
        for attribute in ["kind", "tags", "timeout"] + list(_NATIVE_ATTRIBUTES)
        if attribute in declared
    })

def grouped_test_test_suite(name):
    """Instantiates the tests of `grouped_test`.

    Args:
      name: Name of the test suite.
    """
    resource_group(name = "checklist_group", capacity = 2, tags = ["manual"])
    resource_group(name = "checklist_process_group", scope = "process", tags = ["manual"])
    native.alias(name = "checklist_alias", actual = ":checklist_group", tags = ["manual"])
    write_file(name = "checklist_timings", out = "checklist_timings.json", content = ["{}"], tags = ["manual"])
    fixture_binary(name = "checklist_data", data = ["tags_test.bzl"], tags = ["manual"])
    fixture_test(
        name = "checklist_program",
        srcs = ["fixtures.bzl"],
        env = {"BOTH": "inner", "INNER": "inner"},
        env_inherit = ["INNER_INHERITED"],
        tags = ["manual"],
    )
    native.alias(name = "checklist_program_alias", actual = ":checklist_program", tags = ["manual"])
    grouped_test(
        name = "checklist",
        # Through an alias, as all else here holds with one too.
        test = ":checklist_program_alias",
        data = ["names_test.bzl", ":checklist_data"],
        env = {
            "BOTH": "outer",
            "LOCATION": "$(location names_test.bzl)",
            "MODE": "$$$(COMPILATION_MODE)",
            "PROGRAM": "$(rootpath :checklist_program_alias)",
        },
        env_inherit = ["OUTER_INHERITED"],
        # May be a select(), since no macro has to read it.
        timings = select({"//conditions:default": "checklist_timings.json"}),
        resource_groups = {":checklist_alias": ["*"]},
        tags = ["manual"],
    )
    grouped_test(
        name = "checklist_without_groups",
        test = ":checklist_program",
        tags = ["manual"],
    )
    grouped_test(
        name = "checklist_in_process",
        test = ":checklist_program",
        resource_groups = {":checklist_process_group": ["*"]},
        tags = ["manual"],
    )

    runfiles_test(name = name + "_runfiles", target_under_test = ":checklist")
    environment_test(name = name + "_environment", target_under_test = ":checklist")
    coverage_test(name = name + "_coverage", target_under_test = ":checklist")
    requirements_test(
        name = name + "_locks_stay_on_this_machine",
        requirements = {"no-remote-exec": "", "supports-graceful-termination": ""},
        target_under_test = ":checklist",
    )
    requirements_test(
        name = name + "_process_groups_run_anywhere",
        requirements = {"supports-graceful-termination": ""},
        target_under_test = ":checklist_in_process",
    )
    requirements_test(
        name = name + "_no_groups_run_anywhere",
        requirements = {"supports-graceful-termination": ""},
        target_under_test = ":checklist_without_groups",
    )

    grouped_test(
        name = "checklist_attributes",
        test = ":checklist_program",
        data = ["names_test.bzl"],
        # With "*", exec_properties become a select(), which is not shown here: gate_test.bzl.
        resource_groups = {":checklist_group": ["Test*"]},
        tags = ["manual", "mine"],
        timeout = "short",
        **_NATIVE_ATTRIBUTES
    )
    attributes_test(
        name = name + "_native_attributes",
        actual = _declared_attributes("checklist_attributes"),
        expected = json.encode(_NATIVE_ATTRIBUTES | {
            "kind": "grouped_test",
            "tags": ["manual", "mine", "resource-group:checklist_group"],
            "timeout": "eternal",
        }),
    )

    native.test_suite(name = name, tests = [
        name + "_coverage",
        name + "_environment",
        name + "_locks_stay_on_this_machine",
        name + "_native_attributes",
        name + "_no_groups_run_anywhere",
        name + "_process_groups_run_anywhere",
        name + "_runfiles",
    ])
