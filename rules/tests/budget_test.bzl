"""Tests of //rules/private/test:budget.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:budget.bzl", "budget_errors", "running_budget_seconds")

visibility("private")

def _seconds_test_impl(ctx):
    env = unittest.begin(ctx)
    for (size, timeout), seconds in {
        (None, None): 300,
        (None, "eternal"): 3600,
        (None, "long"): 900,
        ("enormous", None): 3600,
        ("large", None): 900,
        ("large", "short"): 60,
        ("medium", None): 300,
        ("small", None): 60,
        ("small", "moderate"): 300,
    }.items():
        asserts.equals(env, [], budget_errors(size = size, timeout = timeout))
        asserts.equals(env, seconds, running_budget_seconds(size = size, timeout = timeout))
    return unittest.end(env)

seconds_test = unittest.make(_seconds_test_impl)

def _unknown_values_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(
        env,
        [
            "size = \"tiny\" does not exist.\nhint: use one of \"small\", \"medium\", \"large\", \"enormous\".",
            "timeout = \"soon\" does not exist.\nhint: use one of \"short\", \"moderate\", \"long\", \"eternal\".",
        ],
        budget_errors(size = "tiny", timeout = "soon"),
    )
    return unittest.end(env)

unknown_values_test = unittest.make(_unknown_values_test_impl)

def budget_test_suite(name):
    unittest.suite(name, seconds_test, unknown_values_test)
