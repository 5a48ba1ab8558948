"""Tests of //rules/private/group:names.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/group:names.bzl", "group_name_error", "group_reference_error", "is_label")

visibility("private")

def _names_test_impl(ctx):
    env = unittest.begin(ctx)
    for name, error in {
        "": "is empty",
        "-db": "begins with '-'",
        "/db": "begins with '/'",
        "DB_2": None,
        "a:b": "contains ':'",
        "acme/db.main-1+x~y": None,
        "d,b": "contains ','",
        "d=b": "contains '='",
        "db": None,
        "db b": "contains ' '",
        "db@host": "contains '@'",
    }.items():
        asserts.equals(env, error, group_name_error(name), name)
    return unittest.end(env)

names_test = unittest.make(_names_test_impl)

def _references_test_impl(ctx):
    env = unittest.begin(ctx)
    for reference, error in {
        "": "is empty",
        "//pkg": None,
        "//pkg:": "is a label whose target name is empty",
        "//pkg:a,b": "is a label whose target name contains ','",
        "//pkg:a:b": "is a label with more than one ':'",
        "//pkg:db": None,
        ":": "is a label whose target name is empty",
        ":db": None,
        "@@canonical+//pkg:db": None,
        "@repo": None,
        "@repo//pkg:db": None,
        "@repo:db": "is a label without '//'",
        "a:b": "contains ':'",
        "acme/db": None,
        "db": None,
    }.items():
        asserts.equals(env, error, group_reference_error(reference), reference)
    return unittest.end(env)

references_test = unittest.make(_references_test_impl)

def _labels_test_impl(ctx):
    env = unittest.begin(ctx)
    for reference in ["//pkg:db", ":db", "@repo//pkg:db", "@repo"]:
        asserts.true(env, is_label(reference), reference)
    for reference in ["db", "acme/db", "acme//db", ""]:
        asserts.false(env, is_label(reference), reference)
    return unittest.end(env)

labels_test = unittest.make(_labels_test_impl)

def names_test_suite(name):
    unittest.suite(name, names_test, references_test, labels_test)
