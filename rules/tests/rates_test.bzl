"""Tests of //rules/private/group:rates.bzl; the cases are also those of //internal/group/rate_test.go."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/group:rates.bzl", "rate_errors")

visibility("private")

def _rates_test_impl(ctx):
    env = unittest.begin(ctx)
    for rate in ["", "60/m", "1/s", "20/30s", "10000/24h", "060/01h", "5/86400s", "7/1440m"]:
        asserts.equals(env, [], rate_errors(rate), rate)
    for rate, problem in {
        "+1/s": "\"+1\" is not a number of starts from 1 to 10000",
        "/m": "\"\" is not a number of starts from 1 to 10000",
        "0/m": "\"0\" is not a number of starts from 1 to 10000",
        "10001/m": "\"10001\" is not a number of starts from 1 to 10000",
        "60": "there is no '/' in it",
        "60/": "\"\" is not a time from a second to a day",
        "60/-1s": "\"-1s\" is not a time from a second to a day",
        "60/0s": "\"0s\" is not a time from a second to a day",
        "60/10": "\"10\" is not a time from a second to a day",
        "60/25h": "\"25h\" is not a time from a second to a day",
        "60/500ms": "\"500ms\" is not a time from a second to a day",
        "60/86401s": "\"86401s\" is not a time from a second to a day",
        "60/99999999999999999999h": "\"99999999999999999999h\" is not a time from a second to a day",
        "60/d": "\"d\" is not a time from a second to a day",
        "60/m/m": "\"m/m\" is not a time from a second to a day",
    }.items():
        asserts.equals(
            env,
            ["rate = {}: {}.\nhint: write STARTS/WINDOW, such as \"60/m\" or \"20/30s\".".format(repr(rate), problem)],
            rate_errors(rate),
        )
    return unittest.end(env)

rates_test = unittest.make(_rates_test_impl)

def rates_test_suite(name):
    unittest.suite(name, rates_test)
