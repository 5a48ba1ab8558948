"""Tests of what is said of cases: //rules/private:serial.bzl, unit.bzl and attempts.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:attempts.bzl", "attempt_settings")
load("//rules/private:serial.bzl", "serial_settings")
load("//rules/private:unit.bzl", "unit_settings")

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
    remedy = "Write True, False, or a list of globs over names of test cases, such as [\"TestBig*\"]."
    for serial, tagged, error in [
        ("TestA", False, "serial is a string. " + remedy),
        (1, False, "serial is a int. " + remedy),
        (["TestA", ""], False, "serial holds \"\", which is not a glob. " + remedy),
        ([2], True, "serial holds 2, which is not a glob. " + remedy),
        (["TestA"], True, "serial = [\"TestA\"] and the tag \"serial\", which means every case, disagree. Keep one of them."),
    ]:
        asserts.equals(env, struct(errors = [error], globs = []), serial_settings(serial = serial, tagged = tagged))
    return unittest.end(env)

bad_serial_test = unittest.make(_bad_serial_test_impl)

def _unit_test_impl(ctx):
    env = unittest.begin(ctx)
    for framework in ["exec", "go"]:
        for given, unit in [(None, "case"), ("case", "case"), ("class", "class")]:
            asserts.equals(env, struct(errors = [], unit = unit), unit_settings(unit = given, framework = framework))
        asserts.equals(
            env,
            struct(errors = [
                ("unit = \"file\" does not go with framework = {}, which does not know the files of its cases. Use " +
                 "\"case\", or \"class\", which is the whole target.").format(repr(framework)),
            ], unit = "case"),
            unit_settings(unit = "file", framework = framework),
        )
    for unit in ["folder", "", 1]:
        asserts.equals(
            env,
            struct(errors = ["unit = {} does not exist. Use one of \"case\", \"class\", \"file\".".format(repr(unit))], unit = "case"),
            unit_settings(unit = unit, framework = "go"),
        )
    return unittest.end(env)

unit_test = unittest.make(_unit_test_impl)

def _attempts_test_impl(ctx):
    env = unittest.begin(ctx)
    for case_timeout, retries in [(None, None), (0, 0), (20, 10)]:
        asserts.equals(
            env,
            struct(case_timeout_seconds = case_timeout or 0, errors = [], retries = retries or 0),
            attempt_settings(case_timeout = case_timeout, retries = retries),
        )
    for case_timeout in [-1, "20", True]:
        asserts.equals(
            env,
            struct(case_timeout_seconds = 0, retries = 0, errors = [
                "case_timeout = {} is not a number of seconds. Write a whole number, 1 or more, or 0 for no timeout.".format(repr(case_timeout)),
            ]),
            attempt_settings(case_timeout = case_timeout, retries = 1),
        )
    for retries in [-1, 11, "1", True]:
        asserts.equals(
            env,
            struct(case_timeout_seconds = 0, retries = 0, errors = [
                "retries = {} is not a number of retries. Write a whole number, 0 to 10.".format(repr(retries)),
            ]),
            attempt_settings(case_timeout = 20, retries = retries),
        )
    return unittest.end(env)

attempts_test = unittest.make(_attempts_test_impl)

def cases_test_suite(name):
    unittest.suite(name, serial_test, bad_serial_test, unit_test, attempts_test)
