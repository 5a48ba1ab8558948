"""Tests of //rules/private/group:templates.bzl; the cases are also those of //internal/group/template_test.go."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/group:templates.bzl", "parse_template")

visibility("private")

def _fields_test_impl(ctx):
    env = unittest.begin(ctx)
    for text, fields in {
        "": [],
        "plain": [],
        "54{index}": ["index"],
        "{index}{instance}/{index}": ["index", "instance", "index"],
        "{{index}}": [],
        "{{{index}}}": ["index"],
        "{{}}": [],
        "{Socket_2}": ["Socket_2"],
    }.items():
        asserts.equals(env, struct(fields = fields, problem = None), parse_template(text), text)
    return unittest.end(env)

fields_test = unittest.make(_fields_test_impl)

def _malformed_test_impl(ctx):
    env = unittest.begin(ctx)
    for text, problem in {
        "54{index": "a single '{' does not belong to a field.\nhint: write '{{'",
        "a}b": "a single '}' does not belong to a field.\nhint: write '}}'",
        "{{index}": "a single '}' does not belong to a field.\nhint: write '}}'",
        "{index}}": "a single '}' does not belong to a field.\nhint: write '}}'",
        "{}": "{} is not a field.\nhint: write a name of letters, digits and '_', such as {index}",
        "{a b}": "{a b} is not a field.\nhint: write a name of letters, digits and '_', such as {index}",
        "{a{b}": "{a{b} is not a field.\nhint: write a name of letters, digits and '_', such as {index}",
    }.items():
        asserts.equals(env, struct(fields = [], problem = problem), parse_template(text), text)
    return unittest.end(env)

malformed_test = unittest.make(_malformed_test_impl)

def templates_test_suite(name):
    unittest.suite(name, fields_test, malformed_test)
