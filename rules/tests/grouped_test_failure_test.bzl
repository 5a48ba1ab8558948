"""Tests of what `grouped_test` refuses; each message's text is tested with the function that makes it."""

load("//rules:defs.bzl", "grouped_test", "resource_group")
load(":failure_test.bzl", "failure_test")
load(":fixtures.bzl", "fixture_binary", "fixture_test", "other_rule")

visibility("private")

def _select(value):
    return select({"//conditions:default": value})

# A select() for tags is tested in settings_test.bzl alone, since such a target cannot be kept out of
# `bazel test //...` by a tag.
_FAILURES = {
    "attribute_and_tag": struct(
        attrs = {"workers": 4},
        messages = ["workers = 4 and the tag \"workers:2\" disagree."],
        tags = ["workers:2"],
    ),
    "cpus": struct(
        attrs = {"cpus": 0},
        messages = [":failing_cpus: cpus = 0 is not a number of CPUs."],
    ),
    "empty_globs": struct(
        attrs = {"resource_groups": {":failure_group": []}},
        messages = ["resource_groups[\":failure_group\"] is empty"],
    ),
    "framework": struct(
        attrs = {"framework": "junit"},
        messages = ["framework = \"junit\" does not exist.\nhint: use one of \"exec\", \"go\", \"protocol\"."],
    ),
    "grouped_test": struct(
        attrs = {"test": ":failure_grouped"},
        messages = [":failure_grouped is a grouped_test itself."],
    ),
    "inner_test": struct(
        attrs = {"test": ":failure_inner_test"},
        messages = [":failure_inner_test is a fixture_test without the tag \"manual\""],
    ),
    "inner_test_behind_an_alias": struct(
        attrs = {"test": ":failure_inner_alias"},
        messages = [":failure_inner_test is a fixture_test without the tag \"manual\""],
    ),
    "malformed_tag": struct(
        attrs = {},
        # The label, too, and every mistake at once.
        messages = [
            ":failing_malformed_tag: the tag \"resource-group:a:b\"",
            ":failing_malformed_tag: the tag \"shards:many\"",
        ],
        tags = ["resource-group:a:b", "shards:many"],
    ),
    "no_group": struct(
        attrs = {"resource_groups": {":failure_no_group": ["*"]}},
        messages = [
            "\n//rules/tests:failing_no_group: resource_groups: //rules/tests:failure_no_group is not a resource_group.\n" +
            "hint: give the label of a resource_group, or of an alias to one.",
        ],
    ),
    "no_group_but_a_file": struct(
        attrs = {"framework": "protocol", "group_markers": {"db": "failure_test.bzl"}},
        messages = ["group_markers: //rules/tests:failure_test.bzl is not a resource_group."],
    ),
    "no_group_by_tag": struct(
        attrs = {},
        messages = ["resource_groups: //rules/tests:failure_no_group is not a resource_group."],
        tags = ["resource-group::failure_no_group"],
    ),
    "near_miss_of_a_tag": struct(
        attrs = {},
        messages = [
            "the tag \"resource_group:db\" means nothing.\nhint: write \"resource-group:db\".",
            "the tag \"worker:4\" means nothing.\nhint: write \"workers:4\".",
            "the tag \"shard:2\" means nothing.\nhint: write \"shards:2\".",
        ],
        tags = ["resource_group:db", "worker:4", "shard:2"],
    ),
    "near_miss_of_an_attribute": struct(
        attrs = {"resource_group": {}, "wrokers": 2},
        messages = [
            "grouped_test does not take resource_group: did you mean resource_groups?\nhint: write resource_groups = ...",
            "grouped_test does not take wrokers: did you mean workers?",
        ],
    ),
    "not_executable": struct(
        attrs = {"test": ":failure_no_group"},
        messages = [":failure_no_group"],
    ),
    "select_of_groups": struct(
        attrs = {"resource_groups": _select({":failure_group": ["*"]})},
        messages = ["resource_groups is a select()"],
    ),
    "select_of_serial": struct(
        attrs = {"serial": _select(["TestA"])},
        messages = ["serial is a select()"],
    ),
    "select_of_keep_together": struct(
        attrs = {"keep_together": _select("class")},
        messages = ["keep_together is a select()"],
    ),
    "retries": struct(
        attrs = {"retries": 11},
        messages = [":failing_retries: retries = 11 is not a number of retries."],
    ),
    "select_of_workers": struct(
        attrs = {"workers": _select(2)},
        messages = ["workers is a select()"],
    ),
    "serial": struct(
        attrs = {"serial": "TestA"},
        messages = [":failing_serial: serial is a string."],
    ),
    "rates_of_two_scopes": struct(
        attrs = {"resource_groups": {":failure_rate": ["TestA"], ":failure_process_rate": ["TestB"]}},
        messages = [":failure_rate (build) and ", ":failure_process_rate (process) have a rate, but not one scope"],
    ),
    "same_key": struct(
        attrs = {"resource_groups": {":failure_key": ["TestA"], ":failure_same_key": ["TestB"]}},
        messages = [":failure_key and ", ":failure_same_key have the same scope and the key \"acme/db\""],
    ),
    "same_variable": struct(
        attrs = {"framework": "protocol", "group_markers": {"db": ":failure_instances"}, "resource_groups": {":failure_rate": ["*"]}},
        messages = [":failure_rate and ", ":failure_instances both set the variable DB in their env"],
    ),
    "shared_instance": struct(
        attrs = {"resource_groups": {":failure_instances": ["TestRead*=shared"]}},
        messages = [":failure_instances: cases that match \"TestRead*\" share the group, but it has instances"],
    ),
    "shared_setup": struct(
        attrs = {"resource_groups": {":failure_setup": ["*=shared"]}},
        messages = [":failure_setup: cases that match \"*\" share the group, but it has a setup"],
    ),
    "size": struct(
        attrs = {"size": "tiny"},
        messages = ["size = \"tiny\" does not exist."],
    ),
    "srcs": struct(
        attrs = {"srcs": ["failure_test.bzl"], "test": None},
        messages = [
            "grouped_test does not take srcs: it runs a program that is a target of its own.\nhint: give srcs to an " +
            "sh_binary, cc_test or the like",
        ],
    ),
    "no_test": struct(
        attrs = {"test": None},
        messages = ["\n//rules/tests:failing_no_test: test is missing: which program to run.\nhint: write test = "],
    ),
    "timings": struct(
        attrs = {"timings": "failure_test.bzl"},
        messages = ["timings", "failure_test.bzl"],
    ),
    "keep_together": struct(
        attrs = {"keep_together": "file"},
        messages = [":failing_keep_together: keep_together = \"file\" does not go with framework = \"exec\""],
    ),
    "unit": struct(
        attrs = {"unit": "file"},
        messages = ["unit is called keep_together now.\nhint: write keep_together = ..."],
    ),
    "workers": struct(
        attrs = {"workers": 4},
        messages = ["workers = 4 can have no effect with framework = \"exec\", where the program is one case.\nhint: "],
    ),
    "former_framework": struct(
        attrs = {"framework": "pytest"},
        messages = ["framework = \"pytest\" is called \"protocol\" now.\nhint: write framework = \"protocol\""],
    ),
    "weight_above_the_capacity": struct(
        attrs = {"resource_groups": {":failure_group": ["Test*", "TestBig*=5"]}},
        messages = [
            ":failing_weight_above_the_capacity: resource_groups: ",
            ":failure_group: cases that match \"TestBig*\" take 5 units, but its capacity is 4, so none of them could " +
            "ever run.\nhint: lower the weight, or raise the capacity.",
        ],
    ),
}

def grouped_test_failure_test_suite(name):
    """Instantiates the tests of what `grouped_test` refuses.

    Args:
      name: Name of the test suite.
    """
    resource_group(name = "failure_group", capacity = _select(4), tags = ["manual"])
    resource_group(name = "failure_rate", env = {"DB": "{index}"}, rate = "60/m", tags = ["manual"])
    resource_group(name = "failure_process_rate", rate = "60/m", scope = "process", tags = ["manual"])
    resource_group(name = "failure_instances", env = {"DB": "{instance}"}, instances = ["a"], tags = ["manual"])
    resource_group(name = "failure_setup", setup = ":failure_binary", tags = ["manual"])
    resource_group(name = "failure_key", key = "acme/db", scope = "host", tags = ["manual"])
    resource_group(name = "failure_same_key", key = "acme/db", scope = "host", tags = ["manual"])
    other_rule(name = "failure_no_group", tags = ["manual"])
    fixture_binary(name = "failure_binary", tags = ["manual"])

    # Without the tag that the tests are about, so it does run, and passes.
    fixture_test(name = "failure_inner_test")
    native.alias(name = "failure_inner_alias", actual = ":failure_inner_test", tags = ["manual"])
    grouped_test(name = "failure_grouped", test = ":failure_binary", tags = ["manual"])

    tests = []
    for case, failure in _FAILURES.items():
        grouped_test(
            name = "failing_" + case,
            tags = ["manual"] + getattr(failure, "tags", []),
            **({"test": ":failure_binary"} | failure.attrs)
        )
        test = name + "_" + case
        failure_test(name = test, target_under_test = ":failing_" + case, messages = failure.messages)
        tests.append(test)
    native.test_suite(name = name, tests = tests)
