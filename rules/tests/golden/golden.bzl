"""Tests of whole manifests."""

load("@bazel_skylib//rules:diff_test.bzl", "diff_test")
load("//rules:defs.bzl", "grouped_test")

visibility("private")

# Manifests need no runner, so that of the cluster is not built for them, nor a coordinator's client fetched.
_WITHOUT_CLUSTER_RUNNER = {"//command_line_option:extra_toolchains": [str(Label("//rules/tests:cluster_prebuilt"))]}

_without_cluster_runner = transition(
    implementation = lambda _settings, _attr: _WITHOUT_CLUSTER_RUNNER,
    inputs = [],
    outputs = _WITHOUT_CLUSTER_RUNNER.keys(),
)

def _manifest_impl(ctx):
    # A list, because the attribute has a transition.
    return [DefaultInfo(files = ctx.attr.test[0][OutputGroupInfo].interlock_manifest)]

_manifest = rule(
    implementation = _manifest_impl,
    doc = "The manifest of a grouped test.",
    attrs = {"test": attr.label(cfg = _without_cluster_runner)},
)

def golden_test(*, name, tags = [], **kwargs):
    """Compares the manifest of a real target with `<name>.json`.

    Args:
      name: Name of the golden; the target is `<name>_target`, and the test `<name>_test`.
      tags: Tags of the target.
      **kwargs: Other attributes of the target.
    """
    grouped_test(
        name = name + "_target",
        tags = tags + ["manual"],
        **kwargs
    )
    _manifest(
        name = name + "_manifest",
        testonly = True,
        tags = ["manual"],
        test = name + "_target",
    )
    diff_test(
        name = name + "_test",
        failure_message = "The manifest has changed. Its reader is //internal/manifest: see //rules/private/runner:manifest.bzl.",
        file1 = name + ".json",
        file2 = name + "_manifest",
    )
