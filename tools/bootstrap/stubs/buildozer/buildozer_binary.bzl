"""Stands in for the buildozer module, which bazel_tools names for `bazel mod tidy` only."""

def _no_buildozer_impl(repository_ctx):
    repository_ctx.file("BUILD.bazel", "")

_no_buildozer = repository_rule(implementation = _no_buildozer_impl)

def _buildozer_binary_impl(_module_ctx):
    _no_buildozer(name = "buildozer_binary")

buildozer_binary = module_extension(implementation = _buildozer_binary_impl)
