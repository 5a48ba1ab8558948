"""The rule behind the macro `grouped_test`: what its `*_test` owes Bazel, and the manifest for the runner."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules/private/go:providers.bzl", "HookedGoTestInfo")
load("//rules/private/group:local_resources.bzl", "local_resources_flag")
load("//rules/private/group:lock_files.bzl", "lock_stem")
load("//rules/private/messages:mistakes.bzl", "fail_for")
load("//rules/private/runner:manifest.bzl", "manifest_group", "manifest_json")
load("//rules/private/runner:paths.bzl", "output_path", "rlocation_path")
load("//rules/private/runner:toolchain.bzl", "TOOLCHAIN_TYPE")
load(":attributes.bzl", "rule_attributes")
load(":execution_requirements.bzl", "execution_requirements", "schedulable_groups")
load(":gate.bzl", "gate_environment")
load(":inner_test.bzl", "inner_test_aspect", "inner_test_error")
load(":providers.bzl", "InnerTestInfo", "LocalResourcesInfo")
load(":resolved_groups.bzl", "not_a_group_errors", "resolved_group_errors", "resolved_groups")
load(":run_environment.bzl", "merge_environments", "runfiles_locations")

visibility("//rules/...")

def _grouped_test_impl(ctx):
    groups = resolved_groups(resource_groups = ctx.attr.resource_groups, group_markers = ctx.attr.group_markers)
    _check(ctx, groups)
    runner = _runner(ctx, groups)
    environment = _environment(ctx)

    windows = ctx.target_platform_has_constraint(ctx.attr._windows[platform_common.ConstraintValueInfo])
    executable = ctx.actions.declare_file(ctx.label.name + (".exe" if windows else ""))
    ctx.actions.symlink(output = executable, target_file = runner.executable, is_executable = True)

    # The runner finds it by its own name.
    manifest = ctx.actions.declare_file(executable.basename + ".interlock.json", sibling = executable)
    hooked = _hooked(ctx)
    program = hooked.executable if hooked else ctx.executable.test
    ctx.actions.write(manifest, manifest_json(
        label = str(ctx.label),
        framework = ctx.attr.framework,
        program = _runfiles_path(ctx, program),
        cases = _runfiles_path(ctx, hooked.cases) if hooked else None,
        workers = ctx.attr.workers,
        cpus = ctx.attr.cpus,
        serial = ctx.attr.serial,
        keep_together = ctx.attr.keep_together,
        shards = max(ctx.attr.shard_count, 1),  # -1 where there is none
        timings = _runfiles_path(ctx, ctx.file.timings) if ctx.file.timings else None,
        options = ctx.attr.options,
        running_budget_seconds = ctx.attr.running_budget_seconds,
        target_variables = _variables_of(environment) if _starts_something(groups) else [],
        groups = [_manifest_group(ctx, group) for group in groups],
    ))

    return [
        DefaultInfo(
            executable = executable,
            files = depset([executable]),
            runfiles = _runfiles(
                ctx,
                files = [executable, manifest, program] + ([hooked.cases] if hooked else []) + ctx.files.timings,
                runner_runfiles = runner.runfiles,
            ),
        ),
        OutputGroupInfo(interlock_manifest = depset([manifest])),
        RunEnvironmentInfo(
            environment = environment.environment | gate_environment(
                groups,
                cpus = ctx.attr.cpus,
                workers = ctx.attr.workers,
            ),
            inherited_environment = environment.inherited_environment,
        ),
        testing.ExecutionInfo(execution_requirements(
            groups,
            resource_tags = ctx.attr._resource_tags[BuildSettingInfo].value,
        )),
        LocalResourcesInfo(flags = [
            local_resources_flag(group.info.label, capacity = group.info.capacity)
            for group in schedulable_groups(groups, anywhere = ctx.attr._resource_properties[BuildSettingInfo].value)
        ]),
        coverage_common.instrumented_files_info(ctx, dependency_attributes = ["test", "data"]),
    ]

def _check(ctx, groups):
    errors = list(ctx.attr.errors)
    if not ctx.attr.test and not errors:
        errors.append("test is missing: which program to run.\n" +
                      "hint: write test = \":NAME\", of a *_binary or a *_test.")
    if ctx.attr.test and InnerTestInfo in ctx.attr.test:
        inner = ctx.attr.test[InnerTestInfo]
        error = inner_test_error(label = inner.label, kind = inner.kind, manual = inner.manual)
        if error:
            errors.append(error)
    errors.extend(not_a_group_errors(
        resource_groups = ctx.attr.resource_groups,
        group_markers = ctx.attr.group_markers,
    ))
    errors.extend(resolved_group_errors(groups))
    fail_for(ctx.label, errors)

# A test of rules_go runs as it is, but for the hook. Its cases are known from the build: no process has to run user
# code to tell them.
def _hooked(ctx):
    if ctx.attr.framework != "go" or HookedGoTestInfo not in ctx.attr.test:
        return None
    return ctx.attr.test[HookedGoTestInfo]

# The one that a group needs does all that the other one does.
def _runner(ctx, groups):
    needed = [group.info.runner for group in groups if group.info.runner]
    return needed[0] if needed else ctx.toolchains[TOOLCHAIN_TYPE].runner

def _manifest_group(ctx, group):
    info = group.info
    lock = None
    if info.queue:
        file = info.queue
        lock = struct(
            runfile = lock_stem(_runfiles_path(ctx, file)),
            output = lock_stem(output_path(path = file.path, root = file.root.path)),
        )
    return manifest_group(
        label = str(info.label),
        name = info.name,
        scope = info.scope,
        key = info.key,
        capacity = info.capacity,
        rate = info.rate,
        instances = info.instances,
        env = info.env,
        setup = _manifest_setup(ctx, info.setup) if info.setup else None,
        cases = group.cases,
        markers = group.markers,
        lock = lock,
    )

def _manifest_setup(ctx, setup):
    return struct(
        program = _runfiles_path(ctx, setup.program),
        timeout_seconds = setup.timeout_seconds,
        files = _runfiles_path(ctx, setup.files),
        idle_timeout_seconds = setup.idle_timeout_seconds,
        health = _runfiles_path(ctx, setup.health) if setup.health else None,
        reset = _runfiles_path(ctx, setup.reset) if setup.reset else None,
    )

def _runfiles_path(ctx, file):
    return rlocation_path(short_path = file.short_path, workspace_name = ctx.workspace_name)

def _runfiles(ctx, *, files, runner_runfiles):
    runfiles = ctx.runfiles(files = files + ctx.files.data)
    groups = ctx.attr.resource_groups.keys() + ctx.attr.group_markers.keys()
    return runfiles.merge_all(
        [runner_runfiles] +
        [target[DefaultInfo].default_runfiles for target in [ctx.attr.test] + ctx.attr.data + groups],
    )

def _starts_something(groups):
    return any([group.info.setup for group in groups])

def _variables_of(environment):
    return {name: None for name in environment.environment.keys() + environment.inherited_environment}.keys()

def _environment(ctx):
    # Unique, because expand_location takes each label once.
    locations = {target.label: target for target in [ctx.attr.test] + ctx.attr.data}.values()
    inner = ctx.attr.test[RunEnvironmentInfo] if RunEnvironmentInfo in ctx.attr.test else None
    return merge_environments(
        inner = inner.environment if inner else {},
        inner_inherited = inner.inherited_environment if inner else [],
        outer = {
            name: ctx.expand_make_variables("env", ctx.expand_location(runfiles_locations(value), locations), {})
            for name, value in ctx.attr.env.items()
        },
        outer_inherited = ctx.attr.env_inherit,
    )

def _attrs(aspects = []):
    return rule_attributes() | _OTHER_ATTRS | {
        # Mandatory, but the rule says so better than Bazel, which knows nothing of the macro.
        "test": attr.label(
            aspects = [inner_test_aspect] + aspects,
            cfg = "target",
            executable = True,
        ),
    }

_OTHER_ATTRS = {
    "data": attr.label_list(allow_files = True),
    "env": attr.string_dict(),
    "env_inherit": attr.string_list(),
    "errors": attr.string_list(doc = "Mistakes that the macro found."),
    "options": attr.string_dict(doc = "Settings of the runner."),
    "running_budget_seconds": attr.int(doc = "0 for none."),
    "_resource_properties": attr.label(default = "//rules:resource_properties"),
    "_resource_tags": attr.label(default = "//rules:resource_tags"),
    "_windows": attr.label(default = "@platforms//os:windows"),
}

# Coverage of C++ and, by the merger, of everything is collected only if the test has these.
_COVERAGE_ATTRS = {
    "_collect_cc_coverage": attr.label(
        cfg = config.exec(exec_group = "test"),
        default = "@bazel_tools//tools/test:collect_cc_coverage",
        executable = True,
    ),
    "_lcov_merger": attr.label(
        cfg = config.exec(exec_group = "test"),
        default = configuration_field(fragment = "coverage", name = "output_generator"),
        executable = True,
    ),
}

def grouped_test_rule(aspects = []):
    """What makes the rule of a grouped test, for a rule() of its own.

    Args:
      aspects: list of aspects of the program, which may bring what the runner needs to run it.

    Returns:
      dict, of arguments.
    """
    return dict(
        implementation = _grouped_test_impl,
        doc = "Runs a program's test cases through the runner. Use the macro `grouped_test`.",
        attrs = _attrs(aspects) | _COVERAGE_ATTRS,
        fragments = ["coverage"],
        test = True,
        toolchains = [TOOLCHAIN_TYPE],
    )

grouped_test = rule(**grouped_test_rule())

# `bazel run` starts a test behind test-setup.sh, in a process group that may not read from the terminal.
grouped_binary = rule(
    implementation = _grouped_test_impl,
    doc = "The same as a program that `bazel run` starts at the terminal, for debuggers.",
    attrs = _attrs() | {
        "shard_count": attr.int(default = 1),
    },
    executable = True,
    # A test has this group by itself. An explicit one would take Bazel 9's default test toolchain away from it.
    exec_groups = {"test": exec_group()},
    fragments = ["coverage"],
    toolchains = [TOOLCHAIN_TYPE],
)
