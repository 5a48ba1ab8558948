"""Tests of //rules/private/test:uses.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:uses.bzl", "glob_use", "is_weightless", "sharing_errors", "split_use", "weight_errors", "weight_of_all")

visibility("private")

def _only_a_number_or_shared_is_a_use_test_impl(ctx):
    env = unittest.begin(ctx)
    for text, split in {
        "*": ("*", None),
        "*=2": ("*", "2"),
        "*=shared": ("*", "shared"),
        "=2": ("", "2"),
        "TestA=": ("TestA=", None),
        "TestA=-1": ("TestA=-1", None),
        "TestA=2x": ("TestA=2x", None),
        "TestA=Shared": ("TestA=Shared", None),
        "a=1=b": ("a=1=b", None),
        "a=b=12": ("a=b", "12"),
        "a[=]3": ("a[=]3", None),
        "test[k=2]": ("test[k=2]", None),
    }.items():
        asserts.equals(env, split, split_use(text))
    asserts.equals(env, [False, False, False, True, True], [is_weightless(use) for use in [None, "1", "shared", "0", "00"]])
    return unittest.end(env)

only_a_number_or_shared_is_a_use_test = unittest.make(_only_a_number_or_shared_is_a_use_test_impl)

def _a_use_has_a_mode_and_a_weight_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, struct(glob = "T*", mode = "exclusive", weight = 1), glob_use("T*"))
    asserts.equals(env, struct(glob = "T*", mode = "exclusive", weight = 12), glob_use("T*", "012"))
    asserts.equals(env, struct(glob = "T*", mode = "shared", weight = 1), glob_use("T*", "shared"))
    return unittest.end(env)

a_use_has_a_mode_and_a_weight_test = unittest.make(_a_use_has_a_mode_and_a_weight_test_impl)

def _what_all_cases_take_test_impl(ctx):
    env = unittest.begin(ctx)
    for globs, weight in [
        ([], 0),
        (["Test*=2"], 0),
        (["*"], 1),
        (["*=shared"], 0),
        (["*=shared", "TestA"], 0),
        (["*=2", "*=shared", "*", "TestA=3"], 2),
    ]:
        asserts.equals(env, weight, weight_of_all([glob_use(*split_use(glob)) for glob in globs]))
    return unittest.end(env)

what_all_cases_take_test = unittest.make(_what_all_cases_take_test_impl)

def _each_weight_above_the_capacity_is_an_error_test_impl(ctx):
    env = unittest.begin(ctx)
    uses = [glob_use(*split_use(glob)) for glob in ["A=2", "B=3", "C=shared", "D=40"]]
    asserts.equals(
        env,
        [
            ("resource_groups: {}: cases that match {} take {} units, but its capacity is 2, so none of them could ever run.\n" +
             "hint: lower the weight, or raise the capacity.").format("//pkg:db", glob, weight)
            for glob, weight in [("\"B\"", 3), ("\"D\"", 40)]
        ],
        weight_errors(label = Label("//pkg:db"), capacity = 2, uses = uses),
    )
    asserts.equals(env, [], weight_errors(label = Label("//pkg:db"), capacity = 40, uses = uses))
    return unittest.end(env)

each_weight_above_the_capacity_is_an_error_test = unittest.make(_each_weight_above_the_capacity_is_an_error_test_impl)

def _what_has_one_holder_is_not_shared_test_impl(ctx):
    env = unittest.begin(ctx)
    uses = [glob_use(*split_use(glob)) for glob in ["A", "B=shared"]]
    for has_instances, has_setup, what in [
        (True, False, "instances"),
        (False, True, "a setup"),
        (True, True, "instances and a setup"),
    ]:
        asserts.equals(
            env,
            [
                ("resource_groups: {}: cases that match \"B\" share the group, but it has {}, and each of its units has " +
                 "one holder.\nhint: remove the \"=shared\", or use a group without them.").format("//pkg:db", what),
            ],
            sharing_errors(label = Label("//pkg:db"), has_instances = has_instances, has_setup = has_setup, uses = uses),
        )
    asserts.equals(env, [], sharing_errors(label = Label("//pkg:db"), has_instances = False, has_setup = False, uses = uses))
    return unittest.end(env)

what_has_one_holder_is_not_shared_test = unittest.make(_what_has_one_holder_is_not_shared_test_impl)

def uses_test_suite(name):
    unittest.suite(
        name,
        only_a_number_or_shared_is_a_use_test,
        a_use_has_a_mode_and_a_weight_test,
        what_all_cases_take_test,
        each_weight_above_the_capacity_is_an_error_test,
        what_has_one_holder_is_not_shared_test,
    )
