"""The toolchain by which the rules reach the runner; the only file that knows how it is built."""

visibility("//rules/...")

TOOLCHAIN_TYPE = Label("//rules:toolchain_type")

# The runner is part of every grouped test, but not what is tested: whatever configuration the test is in,
# the runner is the same, neither instrumented nor rebuilt.
_RUNNER_CONFIGURATION = {
    "//command_line_option:collect_code_coverage": False,
    "//command_line_option:compilation_mode": "fastbuild",
    "//command_line_option:conlyopt": [],
    "//command_line_option:copt": [],
    "//command_line_option:cxxopt": [],
    "//command_line_option:features": [],
    "//command_line_option:linkopt": [],
    "//command_line_option:stamp": False,
}

_runner_transition = transition(
    implementation = lambda _settings, _attr: _RUNNER_CONFIGURATION,
    inputs = [],
    outputs = _RUNNER_CONFIGURATION.keys(),
)

def _interlock_toolchain_impl(ctx):
    # A list, because the attribute has a transition.
    runner = ctx.attr.runner[0][DefaultInfo]
    return [platform_common.ToolchainInfo(
        runner = runner.files_to_run.executable,
        runner_runfiles = runner.default_runfiles,
    )]

interlock_toolchain = rule(
    implementation = _interlock_toolchain_impl,
    doc = "Provides the program that runs grouped tests.",
    attrs = {
        "runner": attr.label(
            cfg = _runner_transition,
            doc = "The runner, built for the platform that tests run on.",
            executable = True,
            mandatory = True,
        ),
    },
)
