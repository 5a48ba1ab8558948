"""A test of what a target fails with."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

visibility("//rules/tests/...")

def _failure_test_impl(ctx):
    env = analysistest.begin(ctx)
    for message in ctx.attr.messages:
        asserts.expect_failure(env, message)
    return analysistest.end(env)

failure_test = analysistest.make(
    _failure_test_impl,
    doc = "Passes if the analysis of `target_under_test` fails with an error that has all of `messages`.",
    attrs = {"messages": attr.string_list()},
    expect_failure = True,
)
