"""Tests of //rules/private/test:resolved_groups.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:resolved_groups.bzl", "resolved_group_errors")
load("//rules/private/test:uses.bzl", "glob_use")

visibility("private")

def _group(name, scope = "build", key = "", rate = "", env = {}, package = "pkg"):
    return struct(
        cases = [glob_use("*")],
        info = struct(
            capacity = 1,
            env = env,
            instances = [],
            key = key,
            label = Label("//{}:{}".format(package, name)),
            rate = rate,
            scope = scope,
            setup = None,
        ),
        markers = [],
    )

def _a_key_is_one_group_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, [], resolved_group_errors([
        _group("a"),
        _group("b"),
        _group("c", scope = "host", key = "db"),
        _group("d", scope = "host", key = "cache"),
        _group("e", scope = "cluster", key = "db"),
    ]))
    asserts.equals(
        env,
        [("resource_groups: {} and {} have the same scope and the key \"db\", and so are one group: a case that holds " +
          "both would wait for itself.\nhint: use one of them.").format("//pkg:a", "//pkg:b")],
        resolved_group_errors([_group("a", scope = "host", key = "db"), _group("b", scope = "host", key = "db")]),
    )
    return unittest.end(env)

a_key_is_one_group_test = unittest.make(_a_key_is_one_group_test_impl)

def _a_variable_is_of_one_group_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, [], resolved_group_errors([_group("a", env = {"A": "", "B": ""}), _group("b", env = {"C": ""})]))
    asserts.equals(
        env,
        [("resource_groups: {} and {} both set the variable B in their env, and a case that holds both could see only " +
          "one of them.\nhint: rename it in one.").format("//pkg:a", "//pkg:b")],
        resolved_group_errors([_group("a", env = {"A": "", "B": ""}), _group("b", env = {"B": "", "C": ""})]),
    )
    return unittest.end(env)

a_variable_is_of_one_group_test = unittest.make(_a_variable_is_of_one_group_test_impl)

def _names_differ_as_parts_of_variables_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, [], resolved_group_errors([_group("a-b"), _group("a_c"), _group("a")]))
    asserts.equals(env, [], resolved_group_errors([_group("a-b"), _group("a-b", package = "other")]))
    asserts.equals(
        env,
        [("resource_groups: the names of {} and {} are the same as parts of variables, PKG_A_B, and a case that holds " +
          "both could not tell which is meant.\nhint: rename one of them.").format("//pkg:a-b", "//pkg:a_b")],
        resolved_group_errors([_group("a-b"), _group("a_b")]),
    )
    return unittest.end(env)

names_differ_as_parts_of_variables_test = unittest.make(_names_differ_as_parts_of_variables_test_impl)

def _rates_are_of_one_scope_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, [], resolved_group_errors([_group("a", rate = "1/s"), _group("b", rate = "2/s"), _group("c", scope = "process")]))
    asserts.equals(
        env,
        [("resource_groups: {} (build) and {} (process) have a rate, but not one scope, and no case can start in the " +
          "instant in which several scopes count it.\nhint: give those groups one scope.").format("//pkg:a", "//pkg:b")],
        resolved_group_errors([_group("a", rate = "1/s"), _group("b", scope = "process", rate = "1/s")]),
    )
    return unittest.end(env)

rates_are_of_one_scope_test = unittest.make(_rates_are_of_one_scope_test_impl)

def resolved_groups_test_suite(name):
    unittest.suite(name, a_key_is_one_group_test, names_differ_as_parts_of_variables_test, a_variable_is_of_one_group_test, rates_are_of_one_scope_test)
