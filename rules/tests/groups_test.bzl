"""Tests of //rules/private:groups.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:groups.bzl", "merge_groups")

visibility("private")

def _to_label(label):
    return Label(label) if type(label) == "string" else label

def _merge(resource_groups = {}, references = []):
    return merge_groups(resource_groups = resource_groups, references = references, to_label = _to_label)

def _globs_of_the_attribute_stay_test_impl(ctx):
    env = unittest.begin(ctx)
    merged = _merge(
        resource_groups = {
            "//pkg:db": ["TestB*", "TestA*", "TestB*"],
            Label("//pkg:cache"): ("*",),
        },
        references = ["db", "//pkg:cache"],
    )
    asserts.equals(env, [], merged.errors)
    asserts.equals(env, {
        Label("//pkg:db"): ["TestB*", "TestA*"],
        Label("//pkg:cache"): ["*"],
    }, merged.cases)
    return unittest.end(env)

globs_of_the_attribute_stay_test = unittest.make(_globs_of_the_attribute_stay_test_impl)

def _tags_add_groups_for_all_cases_test_impl(ctx):
    env = unittest.begin(ctx)
    merged = _merge(
        resource_groups = {"//pkg:db": ["TestDB*"]},
        references = ["cache", "acme/llm", ":here", "//other:db", "cache"],
    )
    asserts.equals(env, [], merged.errors)
    asserts.equals(env, {
        Label("//pkg:db"): ["TestDB*"],
        Label("//resources:cache"): ["*"],
        Label("//resources:acme/llm"): ["*"],
        Label("//rules/tests:here"): ["*"],
        Label("//other:db"): ["*"],
    }, merged.cases)
    return unittest.end(env)

tags_add_groups_for_all_cases_test = unittest.make(_tags_add_groups_for_all_cases_test_impl)

_REMEDY = "Write a list of globs over names of test cases, such as [\"TestDB*\"]; [\"*\"] means every case."

def _bad_entries_test_impl(ctx):
    env = unittest.begin(ctx)
    for globs, error in [
        ("*", "resource_groups[\":db\"] is a string, and not a list. " + _REMEDY),
        ({"*": 1}, "resource_groups[\":db\"] is a dict, and not a list. " + _REMEDY),
        ([], "resource_groups[\":db\"] is empty, so no case would ever hold the group. " + _REMEDY),
        (["*", 1], "resource_groups[\":db\"] holds 1, which is not a glob. " + _REMEDY),
        ([""], "resource_groups[\":db\"] holds \"\", which is not a glob. " + _REMEDY),
    ]:
        merged = _merge(resource_groups = {":db": globs})
        asserts.equals(env, [error], merged.errors)
        asserts.equals(env, {}, merged.cases)
    asserts.equals(
        env,
        ["resource_groups has a key of type int: 1. Write the label of a resource_group."],
        _merge(resource_groups = {1: ["*"]}).errors,
    )
    asserts.equals(
        env,
        ["resource_groups is a list, and not a dictionary. Write resource_groups = {\":db\": [\"*\"]}."],
        _merge(resource_groups = [":db"]).errors,
    )
    asserts.equals(
        env,
        ["resource_groups[\"//rules/tests:db\"]: {} is there twice. Put its globs into one list.".format(Label(":db"))],
        _merge(resource_groups = {":db": ["A*"], "//rules/tests:db": ["B*"]}).errors,
    )
    asserts.equals(
        env,
        ["resource_groups[\":d,b\"]: the target name \"d,b\" cannot be the name of a group, because it contains ','. " +
         "Rename the target: a letter, digit or '_', then letters, digits and any of '_.+~/-'."],
        _merge(resource_groups = {":d,b": ["*"]}).errors,
    )
    return unittest.end(env)

bad_entries_test = unittest.make(_bad_entries_test_impl)

def groups_test_suite(name):
    unittest.suite(
        name,
        globs_of_the_attribute_stay_test,
        tags_add_groups_for_all_cases_test,
        bad_entries_test,
    )
