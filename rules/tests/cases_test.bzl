"""Tests of what is said of cases: //rules/private:serial.bzl and unit.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
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

def cases_test_suite(name):
    unittest.suite(name, serial_test, bad_serial_test, unit_test)
