"""Tests of //rules/private/test:cpus.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:cpus.bzl", "cpu_settings")

visibility("private")

def _bazel_is_told_what_the_user_says_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, struct(cpus = 1, errors = [], tags = []), cpu_settings(cpus = None, tags = ["manual"]))
    asserts.equals(env, struct(cpus = 1, errors = [], tags = ["cpu:1"]), cpu_settings(cpus = 1, tags = []))
    asserts.equals(env, struct(cpus = 4, errors = [], tags = ["cpu:4"]), cpu_settings(cpus = 4, tags = ["cpus"]))
    return unittest.end(env)

bazel_is_told_what_the_user_says_test = unittest.make(_bazel_is_told_what_the_user_says_test_impl)

def _a_tag_of_the_user_wins_test_impl(ctx):
    env = unittest.begin(ctx)
    for tag, cpus in {
        "cpu:2": 2,
        "cpu:2.5": 2,
        "resources:cpu:3": 3,
        # A fraction of a CPU still runs one case.
        "cpu:0.5": 1,
        # Bazel itself complains.
        "cpu:": 1,
        "cpu:many": 1,
    }.items():
        asserts.equals(env, struct(cpus = cpus, errors = [], tags = []), cpu_settings(cpus = None, tags = ["manual", tag]))
        asserts.equals(env, struct(cpus = cpus, errors = [], tags = []), cpu_settings(cpus = 8, tags = [tag]))
    return unittest.end(env)

a_tag_of_the_user_wins_test = unittest.make(_a_tag_of_the_user_wins_test_impl)

def _properties_count_where_nothing_else_does_test_impl(ctx):
    env = unittest.begin(ctx)
    for properties, cpus in [
        ({"resources:cpu": "3"}, 3),
        ({"test.resources:cpu": "4", "resources:cpu": "3"}, 4),
        ({"test.resources:cpu": "0.5"}, 1),
    ]:
        told = struct(cpus = cpus, errors = [], tags = ["cpu:{}".format(cpus)])
        asserts.equals(env, told, cpu_settings(cpus = None, exec_properties = properties, tags = []))
        own = struct(cpus = 2, errors = [], tags = ["cpu:2"])
        asserts.equals(env, own, cpu_settings(cpus = 2, exec_properties = properties, tags = []))
    nothing = struct(cpus = 1, errors = [], tags = [])
    for properties in [None, {}, {"pool": "x"}, "select"]:
        asserts.equals(env, nothing, cpu_settings(cpus = None, exec_properties = properties, tags = []))
    return unittest.end(env)

properties_count_where_nothing_else_does_test = unittest.make(_properties_count_where_nothing_else_does_test_impl)

def _errors_test_impl(ctx):
    env = unittest.begin(ctx)
    for cpus in [0, -1, "2", True, [2]]:
        asserts.equals(
            env,
            struct(
                cpus = 1,
                errors = ["cpus = {} is not a number of CPUs.\nhint: write a whole number, 1 or more.".format(repr(cpus))],
                tags = [],
            ),
            cpu_settings(cpus = cpus, tags = []),
        )
    return unittest.end(env)

errors_test = unittest.make(_errors_test_impl)

def cpus_test_suite(name):
    unittest.suite(
        name,
        bazel_is_told_what_the_user_says_test,
        a_tag_of_the_user_wins_test,
        properties_count_where_nothing_else_does_test,
        errors_test,
    )
