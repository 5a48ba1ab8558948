"""Tests of what is said of cases: //rules/private/test:serial.bzl, keep_together.bzl and options.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:keep_together.bzl", "together_settings")
load("//rules/private/test:options.bzl", "option_settings")
load("//rules/private/test:serial.bzl", "serial_settings")

visibility("private")

def _serial_test_impl(ctx):
    env = unittest.begin(ctx)
    for serial, tagged, globs in [
        (None, False, []),
        (False, False, []),
        ([], False, []),
        (True, False, ["*"]),
        (False, True, ["*"]),
        (True, True, ["*"]),
        (["TestA", "TestB*", "TestA"], False, ["TestA", "TestB*"]),
        (("a=2", "*"), True, ["a=2", "*"]),
    ]:
        asserts.equals(env, struct(errors = [], globs = globs), serial_settings(serial = serial, tagged = tagged))
    return unittest.end(env)

serial_test = unittest.make(_serial_test_impl)

def _bad_serial_test_impl(ctx):
    env = unittest.begin(ctx)
    remedy = "\nhint: write True, False, or a list of globs over names of test cases, such as [\"TestBig*\"]."
    for serial, tagged, error in [
        ("TestA", False, "serial is a string." + remedy),
        (1, False, "serial is a int." + remedy),
        (["TestA", ""], False, "serial holds \"\", which is not a glob." + remedy),
        ([2], True, "serial holds 2, which is not a glob." + remedy),
        (["TestA"], True, "serial = [\"TestA\"] and the tag \"serial\", which means every case, disagree.\nhint: keep one of them."),
    ]:
        asserts.equals(env, struct(errors = [error], globs = []), serial_settings(serial = serial, tagged = tagged))
    return unittest.end(env)

bad_serial_test = unittest.make(_bad_serial_test_impl)

def _keep_together_test_impl(ctx):
    env = unittest.begin(ctx)
    for framework in ["exec", "go"]:
        for given, keep_together in [(None, "case"), ("case", "case"), ("class", "class")]:
            asserts.equals(env, struct(errors = [], keep_together = keep_together), together_settings(keep_together = given, framework = framework))
        asserts.equals(
            env,
            struct(errors = [
                ("keep_together = \"file\" does not go with framework = {}, which does not know the files of its cases.\nhint: use " +
                 "\"case\", or \"class\", which is the whole target.").format(repr(framework)),
            ], keep_together = "case"),
            together_settings(keep_together = "file", framework = framework),
        )
    for keep_together in ["folder", "", 1]:
        asserts.equals(
            env,
            struct(errors = ["keep_together = {} does not exist.\nhint: use one of \"case\", \"class\", \"file\".".format(repr(keep_together))], keep_together = "case"),
            together_settings(keep_together = keep_together, framework = "go"),
        )
    return unittest.end(env)

keep_together_test = unittest.make(_keep_together_test_impl)

def _options_test_impl(ctx):
    env = unittest.begin(ctx)
    for given, options in [
        (dict(case_timeout = None, retries = None, leaks = None), {}),
        (dict(case_timeout = 0, retries = 0, leaks = "report"), {"leaks": "report"}),
        (dict(case_timeout = 90, retries = 10, leaks = "fail"), {"case-timeout": "90s", "leaks": "fail", "retries": "10"}),
    ]:
        asserts.equals(env, struct(errors = [], options = options), option_settings(**given))
    return unittest.end(env)

options_test = unittest.make(_options_test_impl)

def _bad_options_test_impl(ctx):
    env = unittest.begin(ctx)
    for given, error in [
        (dict(case_timeout = -1), "case_timeout = -1 is not a number of seconds.\nhint: write a whole number, 1 or more, or 0 for no timeout."),
        (dict(case_timeout = "10s"), "case_timeout = \"10s\" is not a number of seconds.\nhint: write a whole number, 1 or more, or 0 for no timeout."),
        (dict(retries = 11), "retries = 11 is not a number of retries.\nhint: write a whole number, 0 to 10."),
        (dict(retries = True), "retries = True is not a number of retries.\nhint: write a whole number, 0 to 10."),
        (dict(leaks = "maybe"), "leaks = \"maybe\" does not exist.\nhint: use one of \"report\", \"fail\", \"ignore\"."),
    ]:
        given = dict(case_timeout = None, retries = None, leaks = None) | given
        asserts.equals(env, struct(errors = [error], options = {}), option_settings(**given))
    return unittest.end(env)

bad_options_test = unittest.make(_bad_options_test_impl)

def cases_test_suite(name):
    unittest.suite(name, serial_test, bad_serial_test, keep_together_test, options_test, bad_options_test)
