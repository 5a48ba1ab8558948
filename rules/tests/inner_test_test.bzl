"""Tests of //rules/private/test:inner_test.bzl; what it sees of real targets is in grouped_test_failure_test.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:inner_test.bzl", "inner_test_error")

visibility("private")

def _only_manual_tests_test_impl(ctx):
    env = unittest.begin(ctx)
    for kind, manual in [("sh_binary", False), ("sh_binary", True), ("sh_test", True), ("custom_testing", False)]:
        asserts.equals(env, None, inner_test_error(label = Label("//pkg:inner"), kind = kind, manual = manual))
    asserts.equals(
        env,
        "test = //pkg:inner is a sh_test without the tag \"manual\", so that patterns such as //... would run it a " +
        "second time, without its groups.\nhint: add tags = [\"manual\"] to it.",
        inner_test_error(label = Label("//pkg:inner"), kind = "sh_test", manual = False),
    )
    return unittest.end(env)

only_manual_tests_test = unittest.make(_only_manual_tests_test_impl)

def _no_nesting_test_impl(ctx):
    env = unittest.begin(ctx)
    for manual in [True, False]:
        asserts.equals(
            env,
            "test = //pkg:inner is a grouped_test itself. One inside another would wait for its groups while holding " +
            "those of the other, which can deadlock.\nhint: give the inner one's test to the outer one, with all the groups.",
            inner_test_error(label = Label("//pkg:inner"), kind = "grouped_test", manual = manual),
        )
    return unittest.end(env)

no_nesting_test = unittest.make(_no_nesting_test_impl)

def inner_test_test_suite(name):
    unittest.suite(name, only_manual_tests_test, no_nesting_test)
