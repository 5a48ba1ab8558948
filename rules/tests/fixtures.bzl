"""Programs for grouped tests to wrap, small enough to be analysed and never built."""

visibility("//rules/tests/...")

def _fixture_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(executable, "#!/bin/sh\n", is_executable = True)
    return [
        DefaultInfo(
            executable = executable,
            runfiles = ctx.runfiles(
                files = ctx.files.srcs + ctx.files.data,
                root_symlinks = {path: executable for path in ctx.attr.root_symlinks},
                symlinks = {path: executable for path in ctx.attr.symlinks},
            ),
        ),
        RunEnvironmentInfo(environment = ctx.attr.env, inherited_environment = ctx.attr.env_inherit),
        coverage_common.instrumented_files_info(ctx, source_attributes = ["srcs"]),
    ]

_ATTRS = {
    "data": attr.label_list(allow_files = True),
    "env": attr.string_dict(),
    "env_inherit": attr.string_list(),
    "root_symlinks": attr.string_list(doc = "Paths at which runfiles have the executable once more."),
    "srcs": attr.label_list(allow_files = True),
    "symlinks": attr.string_list(doc = "The same below the main repository."),
}

fixture_binary = rule(
    implementation = _fixture_impl,
    doc = "An executable that is no test.",
    attrs = _ATTRS,
    executable = True,
)

fixture_test = rule(
    implementation = _fixture_impl,
    doc = "A test.",
    attrs = _ATTRS,
    test = True,
)

def _other_group_impl(_ctx):
    return []

other_rule = rule(
    implementation = _other_group_impl,
    doc = "A target that is neither executable nor a resource group.",
)
