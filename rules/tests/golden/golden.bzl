"""Tests of whole manifests."""

load("@bazel_skylib//rules:diff_test.bzl", "diff_test")
load("//rules:defs.bzl", "grouped_test")

visibility("private")

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
    native.filegroup(
        name = name + "_manifest",
        testonly = True,
        srcs = [name + "_target"],
        output_group = "interlock_manifest",
        tags = ["manual"],
    )
    diff_test(
        name = name + "_test",
        failure_message = "The manifest has changed. Its reader is //runner/internal/manifest: see //rules/private:manifest.bzl.",
        file1 = name + ".json",
        file2 = name + "_manifest",
    )
