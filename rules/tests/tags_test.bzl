"""Tests of //rules/private/test:tags.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:tags.bzl", "configures", "group_tag", "parse_tags")

visibility("private")

def _group(name, use = None):
    return struct(name = name, use = use)

def _good_tags_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(
        env,
        struct(errors = [], groups = [], serial = False, shards = None, workers = None),
        parse_tags(["manual", "workers", "resource-group", "resources:db:1"]),
    )
    asserts.equals(
        env,
        struct(errors = [], groups = [_group("db"), _group("//pkg:cache", "2")], serial = True, shards = 3, workers = "auto"),
        parse_tags(["resource-group:db", "serial", "shards:3", "resource-group://pkg:cache=2", "workers:auto"]),
    )
    asserts.equals(env, "0", parse_tags(["workers:0"]).workers)
    asserts.equals(env, "4", parse_tags(["workers:4", "workers:04"]).workers)
    asserts.equals(env, [_group("db", "shared")], parse_tags([group_tag("db") + "=shared"]).groups)
    asserts.equals(env, [_group("db")], parse_tags([group_tag("db")]).groups)
    return unittest.end(env)

good_tags_test = unittest.make(_good_tags_test_impl)

_GROUP_REMEDY = "\nhint: write the name of a group (a letter, digit or '_', then letters, digits and any of '_.+~/-'), or its label, such as '//resources:db'; '=2' or '=shared' may follow."

def _bad_tags_test_impl(ctx):
    env = unittest.begin(ctx)
    for tag, error in {
        "resource-group:": "the tag \"resource-group:\" does not name a resource group: what follows 'resource-group:' is empty." + _GROUP_REMEDY,
        "resource-group:a:b": "the tag \"resource-group:a:b\" does not name a resource group: what follows 'resource-group:' contains ':'." + _GROUP_REMEDY,
        "resource-group:a=b": "the tag \"resource-group:a=b\" does not name a resource group: what follows 'resource-group:' contains '='." + _GROUP_REMEDY,
        "resource-group:db=0": "the tag \"resource-group:db=0\" has no usable value.\nhint: write a weight, 1 or more, or 'shared' after the '='.",
        "shards:0": "the tag \"shards:0\" has no usable value.\nhint: write a number of shards, 1 or more after the ':'.",
        "shards:two": "the tag \"shards:two\" has no usable value.\nhint: write a number of shards, 1 or more after the ':'.",
        "workers:": "the tag \"workers:\" has no usable value.\nhint: write a number of workers, 0 or more, or 'auto' after the ':'.",
        "workers:-1": "the tag \"workers:-1\" has no usable value.\nhint: write a number of workers, 0 or more, or 'auto' after the ':'.",
    }.items():
        parsed = parse_tags([tag])
        asserts.equals(env, [error], parsed.errors)
        asserts.equals(env, ([], None, None), (parsed.groups, parsed.workers, parsed.shards))
    asserts.equals(
        env,
        [
            "the tags \"workers:2\" and \"workers:auto\" disagree.\nhint: keep one of them.",
            "the tags \"shards:2\" and \"shards:3\" disagree.\nhint: keep one of them.",
        ],
        parse_tags(["workers:2", "shards:2", "workers:auto", "shards:3"]).errors,
    )
    return unittest.end(env)

bad_tags_test = unittest.make(_bad_tags_test_impl)

def _near_misses_test_impl(ctx):
    env = unittest.begin(ctx)
    for tag, meant in {
        "Workers:2": "workers:2",
        "resouce-group:db": "resource-group:db",
        "resource-group=db": "resource-group:db",
        "resource-groups:db": "resource-group:db",
        "resource_group:db": "resource-group:db",
        "resource_groups:db=2": "resource-group:db=2",
        "shard:2": "shards:2",
        "worker:4": "workers:4",
        "workers=4": "workers:4",
    }.items():
        asserts.equals(
            env,
            ["the tag {} means nothing.\nhint: write {}.".format(repr(tag), repr(meant))],
            parse_tags([tag]).errors,
        )
        asserts.true(env, configures(["manual", tag]), tag)
    for tag in ["cpu:2", "group:db", "resource:db", "resources:db:1", "shared:2", "team:workers", "work:2", "worker", "a=b"]:
        asserts.equals(env, [], parse_tags([tag]).errors)
        asserts.false(env, configures([tag]), tag)
    return unittest.end(env)

near_misses_test = unittest.make(_near_misses_test_impl)

def _configuring_tags_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.false(env, configures(["manual", "workers", "resource-group", "serially", "cpu:2", "resources:db:1"]))
    for tag in ["resource-group:db", "resource-group:", "workers:2", "shards:x", "serial"]:
        asserts.true(env, configures(["manual", tag]), tag)
    return unittest.end(env)

configuring_tags_test = unittest.make(_configuring_tags_test_impl)

def tags_test_suite(name):
    unittest.suite(name, good_tags_test, bad_tags_test, near_misses_test, configuring_tags_test)
