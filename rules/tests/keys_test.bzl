"""Tests of //rules/private/group:keys.bzl and :scopes.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/group:keys.bzl", "key_errors")
load("//rules/private/group:scopes.bzl", "is_keyed", "scope_errors")

visibility("private")

def _scopes_test_impl(ctx):
    env = unittest.begin(ctx)
    for scope, keyed in {"process": False, "build": False, "host": True, "cluster": True}.items():
        asserts.equals(env, [], scope_errors(scope))
        asserts.equals(env, keyed, is_keyed(scope), scope)
    asserts.equals(
        env,
        ["scope = \"galaxy\" does not exist.\nhint: use one of \"process\", \"build\", \"host\", \"cluster\"."],
        scope_errors("galaxy"),
    )
    return unittest.end(env)

scopes_test = unittest.make(_scopes_test_impl)

def _grammar_test_impl(ctx):
    env = unittest.begin(ctx)
    for key in ["db", "acme/db", "acme/team-1/llm:eu,2", "a" * 200, "!~"]:
        asserts.equals(env, [], key_errors(key = key, scope = "host"), key)
    for key, problem in {
        "/db": "begins with '/'",
        "a b": "contains \" \"",
        "a\nb": "contains \"\\n\"",
        "acme//db": "contains '//'",
        "acme/": "ends with '/'",
        "x" * 201: "has 201 characters",
    }.items():
        asserts.equals(
            env,
            [("key = {} cannot identify a group, because it {}.\nhint: write 1 to 200 printable ASCII characters without " +
              "spaces, in parts that '/' separates and none of which is empty.").format(repr(key), problem)],
            key_errors(key = key, scope = "cluster"),
        )
    asserts.true(env, "it contains " in key_errors(key = "über", scope = "host")[0])
    return unittest.end(env)

grammar_test = unittest.make(_grammar_test_impl)

def _a_key_goes_with_its_scopes_test_impl(ctx):
    env = unittest.begin(ctx)
    for scope in ["process", "build"]:
        asserts.equals(env, [], key_errors(key = "", scope = scope))
        asserts.equals(
            env,
            [("key = \"acme/db\" has no meaning here, because the label alone identifies a group of scope {}.\n" +
              "hint: remove the key.").format(repr(scope))],
            key_errors(key = "acme/db", scope = scope),
        )
    for scope in ["host", "cluster"]:
        asserts.equals(
            env,
            [("key is missing: a group of scope {} is known by its key, since its label means nothing to other " +
              "workspaces.\nhint: write one that all who use the resource agree on, such as key = \"acme/db\".").format(repr(scope))],
            key_errors(key = "", scope = scope),
        )
    return unittest.end(env)

a_key_goes_with_its_scopes_test = unittest.make(_a_key_goes_with_its_scopes_test_impl)

def keys_test_suite(name):
    unittest.suite(name, scopes_test, grammar_test, a_key_goes_with_its_scopes_test)
