"""Tests of //rules/private/messages, and of which attributes the macros take."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/messages:labels.bzl", "shown_label")
load("//rules/private/messages:spelling.bzl", "closest")
load("//rules/private/test:attributes.bzl", "ATTRIBUTES", "documented_attributes")
load("//rules/private/test:given_attributes.bzl", "asks_for_anything", "divided_attributes")

visibility("private")

def _labels_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, "//pkg:a", shown_label(Label("//pkg:a")))
    asserts.equals(env, "//:a", shown_label(Label("//:a")))
    asserts.equals(env, str(Label("@bazel_skylib//lib:a")), shown_label(Label("@bazel_skylib//lib:a")))
    return unittest.end(env)

labels_test = unittest.make(_labels_test_impl)

def _closest_test_impl(ctx):
    env = unittest.begin(ctx)
    known = ["leaks", "retries", "resource_groups", "workers"]
    for word, meant in {
        "leak": "leaks",
        "lakes": None,
        "resource_group": "resource_groups",
        "resources_group": "resource_groups",
        "retires": "retries",
        "size": None,
        "srcs": None,
        "timeout": None,
        "worker": "workers",
        "x": None,
    }.items():
        asserts.equals(env, meant, closest(word, known), word)
    return unittest.end(env)

closest_test = unittest.make(_closest_test_impl)

# What a language's own rule takes is not taken for a misspelling.
def _attributes_of_others_test_impl(ctx):
    env = unittest.begin(ctx)
    others = [
        "args",
        "cdeps",
        "clinkopts",
        "config",
        "copts",
        "data",
        "deprecation",
        "env",
        "exec_properties",
        "features",
        "gotags",
        "importpath",
        "licenses",
        "linkmode",
        "local",
        "main",
        "pure",
        "race",
        "rundir",
        "size",
        "srcs_version",
        "stamp",
        "tags",
        "testonly",
        "timeout",
        "toolchains",
        "visibility",
        "x_defs",
    ]
    for macro in ["go_test", "pytest_test"]:
        given = divided_attributes(macro, {name: None for name in others})
        asserts.equals(env, [], given.errors)
        asserts.equals(env, {}, given.own)
        asserts.equals(env, others, given.rest.keys())
    return unittest.end(env)

attributes_of_others_test = unittest.make(_attributes_of_others_test_impl)

def _own_attributes_test_impl(ctx):
    env = unittest.begin(ctx)
    own = [name for name, attribute in ATTRIBUTES.items() if not attribute.of_bazel]
    asserts.equals(env, own, divided_attributes("grouped_test", {name: None for name in own}).own.keys())
    for macro in ["grouped_test", "go_test", "pytest_test"]:
        documented = documented_attributes(macro)
        taken = [name for name in own if not divided_attributes(macro, {name: None}).errors]
        asserts.equals(env, taken, [one.name for one in documented if not ATTRIBUTES[one.name].of_bazel])
        asserts.true(env, all([one.doc for one in documented]))
    return unittest.end(env)

own_attributes_test = unittest.make(_own_attributes_test_impl)

def _what_asks_for_nothing_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.false(env, asks_for_anything({}))
    asserts.false(env, asks_for_anything({"cpus": 4, "keep_together": "case", "resource_groups": {}, "workers": None}))
    for own in [{"keep_together": "class"}, {"resource_groups": {":db": ["*"]}}, {"workers": 0}, {"workers": 1}]:
        asserts.true(env, asks_for_anything(own))
    return unittest.end(env)

what_asks_for_nothing_test = unittest.make(_what_asks_for_nothing_test_impl)

def messages_test_suite(name):
    unittest.suite(
        name,
        labels_test,
        closest_test,
        attributes_of_others_test,
        own_attributes_test,
        what_asks_for_nothing_test,
    )
