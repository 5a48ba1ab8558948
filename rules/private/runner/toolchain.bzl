"""The toolchains by which the rules reach the runners; the only file that knows how those are built."""

load(":providers.bzl", "RunnerInfo")

visibility("//rules/...")

TOOLCHAIN_TYPE = Label("//rules:toolchain_type")

# Of the runner that carries a coordinator's client.
CLUSTER_TOOLCHAIN_TYPE = Label("//rules:cluster_toolchain_type")

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
    return [platform_common.ToolchainInfo(runner = RunnerInfo(
        executable = runner.files_to_run.executable,
        runfiles = runner.default_runfiles,
    ))]

interlock_toolchain = rule(
    implementation = _interlock_toolchain_impl,
    doc = "Provides a program that runs grouped tests.",
    attrs = {
        "runner": attr.label(
            cfg = _runner_transition,
            doc = "The runner, built for the platform that tests run on.",
            executable = True,
            mandatory = True,
        ),
    },
)

def _cluster_runner_impl(ctx):
    return [ctx.toolchains[CLUSTER_TOOLCHAIN_TYPE].runner]

cluster_runner = rule(
    implementation = _cluster_runner_impl,
    doc = """\
The runner for groups of scope `cluster`. A rule of its own, so that nobody who does not depend on it has that
toolchain resolved, and the coordinator's client fetched.
""",
    provides = [RunnerInfo],
    toolchains = [CLUSTER_TOOLCHAIN_TYPE],
)
