"""A grouped test in another configuration, or with a running budget that no test can ask for."""

# What changes the configuration of a test, and with it (but for "opt") that of its groups' lock files.
_CHANGES = {
    "plain": {},
    "opt": {"//command_line_option:compilation_mode": "opt"},
    "flavor": {"//rules:flavor": "fancy"},
    "host_copt": {"//command_line_option:host_copt": ["-DCONTENTION"]},
}

_SETTINGS = [
    "//command_line_option:compilation_mode",
    "//command_line_option:host_copt",
    "//rules:flavor",
]

def _change_impl(settings, attr):
    return {setting: settings[setting] for setting in _SETTINGS} | _CHANGES[attr.change]

_change = transition(
    implementation = _change_impl,
    inputs = _SETTINGS,
    outputs = _SETTINGS,
)

def _configured_test_impl(ctx):
    test = ctx.attr.test[0]  # a list, because of the transition
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = test[DefaultInfo].files_to_run.executable, is_executable = True)

    # The runner looks for it beside the name that it was started by.
    manifest = ctx.actions.declare_file(ctx.label.name + ".interlock.json")
    (of_test,) = test[OutputGroupInfo].interlock_manifest.to_list()
    ctx.actions.expand_template(
        output = manifest,
        template = of_test,
        substitutions = {
            '"running_budget_seconds": 60,': '"running_budget_seconds": {},'.format(ctx.attr.running_budget_seconds),
        } if ctx.attr.running_budget_seconds else {},
    )
    return [
        DefaultInfo(
            executable = executable,
            runfiles = ctx.runfiles([executable, manifest]).merge(test[DefaultInfo].default_runfiles),
        ),
        test[RunEnvironmentInfo],
        test[testing.ExecutionInfo],
    ]

configured_test = rule(
    implementation = _configured_test_impl,
    doc = "Runs a `grouped_test` of size small in a changed configuration.",
    attrs = {
        "change": attr.string(
            default = "plain",
            values = _CHANGES.keys(),
        ),
        "running_budget_seconds": attr.int(doc = "A budget in place of the 60 s of the size small; 0 keeps those."),
        "test": attr.label(
            cfg = _change,
            executable = True,
            mandatory = True,
        ),
    },
    test = True,
)
