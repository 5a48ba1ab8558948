"""The test that looks at the machine on which it runs."""

load("//rules/private/group:lock_files.bzl", "lock_stem")
load("//rules/private/group:providers.bzl", "ResourceGroupInfo")
load("//rules/private/runner:paths.bzl", "output_path", "rlocation_path")

visibility("//runner")

def _doctor_test_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.executable.program, is_executable = True)
    queue = ctx.attr.group[ResourceGroupInfo].queue
    return [
        DefaultInfo(
            executable = executable,
            runfiles = ctx.runfiles([executable]).merge_all([
                target[DefaultInfo].default_runfiles
                for target in [ctx.attr.program, ctx.attr.group]
            ]),
        ),
        RunEnvironmentInfo(environment = {
            "INTERLOCK_DOCTOR_LOCK": "{} {}".format(
                lock_stem(rlocation_path(short_path = queue.short_path, workspace_name = ctx.workspace_name)),
                lock_stem(output_path(path = queue.path, root = queue.root.path)),
            ),
        }),
        # As a test with a group of scope cluster, and unlike one of scope build: it is to run where others run.
        testing.ExecutionInfo({"requires-network": ""}),
    ]

doctor_test = rule(
    implementation = _doctor_test_impl,
    doc = "Runs the doctor, which has the lock files of a group of scope `build` among its runfiles.",
    attrs = {
        "group": attr.label(
            cfg = "exec",
            mandatory = True,
            providers = [ResourceGroupInfo],
        ),
        "program": attr.label(
            cfg = "target",
            executable = True,
            mandatory = True,
        ),
    },
    test = True,
)
