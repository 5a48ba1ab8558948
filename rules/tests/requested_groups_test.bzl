"""Tests of //rules/private/test:requested_groups.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:requested_groups.bzl", "requested_groups")
load("//rules/private/test:uses.bzl", "glob_use", "split_use")

visibility("private")

def _to_label(label):
    return Label(label) if type(label) == "string" else label

def _merge(resource_groups = {}, references = []):
    return requested_groups(
        resource_groups = resource_groups,
        references = [_reference(reference) for reference in references],
        to_label = _to_label,
    )

def _reference(text):
    name, use = split_use(text)
    return struct(name = name, use = use)

def _uses(*globs):
    return [glob_use(*split_use(glob)) for glob in globs]

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
        Label("//pkg:db"): _uses("TestB*", "TestA*"),
        Label("//pkg:cache"): _uses("*"),
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
        Label("//pkg:db"): _uses("TestDB*"),
        Label("//resources:cache"): _uses("*"),
        Label("//resources:acme/llm"): _uses("*"),
        Label("//rules/tests:here"): _uses("*"),
        Label("//other:db"): _uses("*"),
    }, merged.cases)
    return unittest.end(env)

tags_add_groups_for_all_cases_test = unittest.make(_tags_add_groups_for_all_cases_test_impl)

def _globs_have_uses_test_impl(ctx):
    env = unittest.begin(ctx)
    merged = _merge(resource_groups = {"//pkg:db": ["TestA*", "TestB*=2", "TestA*=1", "TestA*=shared", "TestA*"]})
    asserts.equals(env, [], merged.errors)
    asserts.equals(env, {Label("//pkg:db"): [
        glob_use("TestA*"),
        glob_use("TestB*", "2"),
        glob_use("TestA*", "shared"),
    ]}, merged.cases)
    return unittest.end(env)

globs_have_uses_test = unittest.make(_globs_have_uses_test_impl)

def _tags_have_uses_test_impl(ctx):
    env = unittest.begin(ctx)
    merged = _merge(
        resource_groups = {"//pkg:db": ["TestDB*"]},
        # A tag without a use is carried by every test of the group, wherever it is in the list.
        references = ["cache", "db", "cache=shared", "db=2", "//pkg:db=shared", "//other:db=3", "cache=4"],
    )
    asserts.equals(env, [], merged.errors)
    asserts.equals(env, {
        Label("//pkg:db"): _uses("TestDB*", "*=2", "*=shared"),
        Label("//resources:cache"): _uses("*=shared", "*=4"),
        Label("//other:db"): _uses("*=3"),
    }, merged.cases)
    return unittest.end(env)

tags_have_uses_test = unittest.make(_tags_have_uses_test_impl)

_REMEDY = "\nhint: write a list of globs over names of test cases, such as [\"TestDB*\"]; [\"*\"] means every case."

def _bad_entries_test_impl(ctx):
    env = unittest.begin(ctx)
    for globs, error in [
        ("*", "resource_groups[\":db\"] is a string, and not a list." + _REMEDY),
        ({"*": 1}, "resource_groups[\":db\"] is a dict, and not a list." + _REMEDY),
        ([], "resource_groups[\":db\"] is empty, so no case would ever hold the group." + _REMEDY),
        (["*", 1], "resource_groups[\":db\"] holds 1, which is not a glob." + _REMEDY),
        ([""], "resource_groups[\":db\"] holds \"\", which is not a glob." + _REMEDY),
        (["=2"], "resource_groups[\":db\"] holds \"=2\", which has no glob before the '='.\n" +
                 "hint: write GLOB=2, such as \"*=2\"; for names that end in \"=2\", write \"[=]2\"."),
        (["*", "a=b=0"], "resource_groups[\":db\"] holds \"a=b=0\", whose weight is 0, so its cases would hold nothing.\n" +
                         "hint: write a weight of 1 or more; for names that end in \"=0\", write \"[=]0\"."),
    ]:
        merged = _merge(resource_groups = {":db": globs})
        asserts.equals(env, [error], merged.errors)
        asserts.equals(env, {}, merged.cases)
    asserts.equals(
        env,
        ["resource_groups has a key of type int: 1.\nhint: write the label of a resource_group."],
        _merge(resource_groups = {1: ["*"]}).errors,
    )
    asserts.equals(
        env,
        ["resource_groups is a list, and not a dictionary.\nhint: write resource_groups = {\":db\": [\"*\"]}."],
        _merge(resource_groups = [":db"]).errors,
    )
    asserts.equals(
        env,
        ["resource_groups[\"//rules/tests:db\"]: //rules/tests:db is there twice.\nhint: put its globs into one list."],
        _merge(resource_groups = {":db": ["A*"], "//rules/tests:db": ["B*"]}).errors,
    )
    asserts.equals(
        env,
        ["resource_groups[\":d,b\"]: the target name \"d,b\" cannot be the name of a group, because it contains ','.\n" +
         "hint: rename the target: a letter, digit or '_', then letters, digits and any of '_.+~/-'."],
        _merge(resource_groups = {":d,b": ["*"]}).errors,
    )
    return unittest.end(env)

bad_entries_test = unittest.make(_bad_entries_test_impl)

def requested_groups_test_suite(name):
    unittest.suite(
        name,
        globs_of_the_attribute_stay_test,
        tags_add_groups_for_all_cases_test,
        globs_have_uses_test,
        tags_have_uses_test,
        bad_entries_test,
    )
