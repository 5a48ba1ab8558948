"""Tests of //rules/private/group:environment.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/group:environment.bzl", "group_environment_errors")

visibility("private")

def _errors(env, has_instances = False, has_setup = False):
    return group_environment_errors(env = env, has_instances = has_instances, has_setup = has_setup)

def _variables_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, [], _errors({name: "" for name in ["PGPORT", "_x", "TESTING", "a1", "XML_OUTPUT"]}))
    for name in ["", "1A", "A-B", "A=B", "A B"]:
        asserts.equals(
            env,
            [("env[{}]: this is not the name of an environment variable.\nhint: write a letter or '_', then letters, digits " +
              "and '_'.").format(repr(name))],
            _errors({name: ""}),
        )
    for name in [
        "BAZEL_TEST",
        "COVERAGE_DIR",
        "GTEST_SHARD_INDEX",
        "INTERLOCK_DB_INSTANCE",
        "PYTEST_XDIST_WORKER",
        "RUNFILES_DIR",
        "TESTBRIDGE_TEST_ONLY",
        "TEST_TMPDIR",
        "XML_OUTPUT_FILE",
    ]:
        asserts.equals(
            env,
            [("env[{}]: Bazel or the runner sets this variable, and would no longer be understood.\nhint: take another " +
              "name, and let the test read that.").format(repr(name))],
            _errors({name: ""}),
        )
    return unittest.end(env)

variables_test = unittest.make(_variables_test_impl)

def _fields_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, [], _errors({"A": "54{index}", "B": "{{port}}"}))
    asserts.equals(env, [], _errors({"A": "{instance}"}, has_instances = True))
    asserts.equals(env, [], _errors({"A": "{instance}{port}{socket}"}, has_instances = True, has_setup = True))
    asserts.equals(
        env,
        ["env[\"A\"] = \"{instance}\": there is no {instance}, since the group has no instances.\nhint: give it some, or write {index}."],
        _errors({"A": "{instance}"}, has_setup = True),
    )
    asserts.equals(
        env,
        [("env[\"A\"] = \"{socket}\": there is no {socket}: the fields are {index}, with instances {instance}, and with a " +
          "setup {port} and what that prints.\nhint: write '{{' for a brace.")],
        _errors({"A": "{socket}"}, has_instances = True),
    )
    asserts.equals(
        env,
        [("env[\"A\"] = \"{port}\": there is no {port}, since the group has no setup.\nhint: give it one, or number the " +
          "ports with {index}.")],
        _errors({"A": "{port}"}),
    )
    asserts.equals(
        env,
        ["env[\"A\"] = \"{index\": a single '{' does not belong to a field.\nhint: write '{{'."],
        _errors({"A": "{index"}),
    )
    return unittest.end(env)

fields_test = unittest.make(_fields_test_impl)

def _every_mistake_at_once_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, 3, len(_errors({"A": "{", "1": "}"})))
    return unittest.end(env)

every_mistake_at_once_test = unittest.make(_every_mistake_at_once_test_impl)

def group_environment_test_suite(name):
    unittest.suite(name, variables_test, fields_test, every_mistake_at_once_test)
