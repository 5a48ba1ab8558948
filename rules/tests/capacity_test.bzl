"""Tests of //rules/private/group:capacity.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/group:capacity.bzl", "NO_CAPACITY", "unit_settings")

visibility("private")

_GRAMMAR = "and variables and logs carry the name.\nhint: use a letter, digit or '_', then letters, digits and any of '_.-'."

def _capacities_test_impl(ctx):
    env = unittest.begin(ctx)
    for given, capacity in {NO_CAPACITY: 1, 1: 1, 1024: 1024}.items():
        asserts.equals(env, struct(capacity = capacity, errors = []), unit_settings(capacity = given, instances = []))
    for given, message in {
        -1: "capacity = -1 would let no test run, ever.\nhint: use 1 for a resource that one case uses at a time, or more.",
        0: "capacity = 0 would let no test run, ever.\nhint: use 1 for a resource that one case uses at a time, or more.",
        1025: "capacity = 1025 is more than 1024, and each runner looks at each unit.\nhint: use a smaller capacity, or no " +
              "group at all for what is that plentiful.",
    }.items():
        asserts.equals(env, [message], unit_settings(capacity = given, instances = []).errors)
    return unittest.end(env)

capacities_test = unittest.make(_capacities_test_impl)

def _the_capacity_is_the_number_of_instances_test_impl(ctx):
    env = unittest.begin(ctx)
    instances = ["pg0", "_2.a-b", "0"]
    for capacity in [NO_CAPACITY, 3]:
        asserts.equals(env, struct(capacity = 3, errors = []), unit_settings(capacity = capacity, instances = instances))
    for capacity in [0, 2, 4]:
        asserts.equals(
            env,
            ["capacity = {} and instances, of which there are 3, disagree.\nhint: remove the capacity: it is the number of instances.".format(capacity)],
            unit_settings(capacity = capacity, instances = instances).errors,
        )
    return unittest.end(env)

the_capacity_is_the_number_of_instances_test = unittest.make(_the_capacity_is_the_number_of_instances_test_impl)

def _names_of_instances_test_impl(ctx):
    env = unittest.begin(ctx)
    for instances, errors in [
        (["a", "b", "a"], ["instances holds \"a\" twice, but an instance has one holder at a time.\nhint: give each a name of its own."]),
        ([""], ["instances holds \"\", which is empty, " + _GRAMMAR]),
        (["-a"], ["instances holds \"-a\", which begins with \"-\", " + _GRAMMAR]),
        (["a,b"], ["instances holds \"a,b\", which contains \",\", " + _GRAMMAR]),
        (
            ["i{}".format(i) for i in range(1025)],
            ["instances has 1025 names, which is more than 1024, and each runner looks at each unit.\nhint: use fewer."],
        ),
    ]:
        asserts.equals(env, errors, unit_settings(capacity = NO_CAPACITY, instances = instances).errors)
    return unittest.end(env)

names_of_instances_test = unittest.make(_names_of_instances_test_impl)

def capacity_test_suite(name):
    unittest.suite(name, capacities_test, the_capacity_is_the_number_of_instances_test, names_of_instances_test)
