"""Tests of //rules/private/test:settings.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:settings.bzl", "grouped_test_settings")

visibility("private")

def _settings(**kwargs):
    return grouped_test_settings(to_label = Label, **kwargs)

def _defaults_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, struct(
        cpus = 1,
        errors = [],
        framework = "exec",
        group_markers = {},
        options = {},
        resource_groups = {},
        running_budget_seconds = 0,
        serial = [],
        shard_count = None,
        size = None,
        tags = [],
        timeout = None,
        keep_together = "case",
        workers = "1",
    ), _settings())
    asserts.equals(env, _settings(), _settings(
        framework = None,
        serial = None,
        keep_together = None,
    ))
    return unittest.end(env)

defaults_test = unittest.make(_defaults_test_impl)

def _pytest_test_impl(ctx):
    env = unittest.begin(ctx)
    settings = _settings(
        framework = "protocol",
        group_markers = {"api": "//resources:api", "llm": "//resources:api"},
        strict_groups = True,
        allow_empty = True,
        tags = ["resource-group:api", "resource-group:db"],
        size = "small",
    )
    asserts.equals(env, [], settings.errors)
    asserts.equals(env, "auto", settings.workers)
    asserts.equals(env, {"allow-empty": "on", "strict-groups": "on"}, settings.options)
    asserts.equals(env, {Label("//resources:api"): "[\"api\",\"llm\"]"}, settings.group_markers)

    # The tag of a group that marks have adds nothing to it.
    asserts.equals(env, [Label("//resources:db")], settings.resource_groups.keys())
    asserts.equals(env, ["resource-group:api", "resource-group:db"], settings.tags)
    asserts.equals(env, "eternal", settings.timeout)
    asserts.equals(env, 60, _settings(framework = "protocol", group_markers = {"api": "//:api"}, size = "small").running_budget_seconds)
    asserts.equals(env, "2", _settings(framework = "protocol", tags = ["workers:2"]).workers)
    asserts.equals(env, "file", _settings(framework = "protocol", keep_together = "file").keep_together)
    return unittest.end(env)

pytest_test = unittest.make(_pytest_test_impl)

def _tags_equal_attributes_test_impl(ctx):
    env = unittest.begin(ctx)
    by_attribute = _settings(
        framework = "go",
        resource_groups = {"//resources:db": ["*"]},
        workers = 4,
        shard_count = 3,
        serial = True,
        tags = ["resource-group:db", "workers:4", "shards:3", "serial"],
    )
    asserts.equals(env, [], by_attribute.errors)
    asserts.equals(env, by_attribute, _settings(framework = "go", tags = ["resource-group:db", "workers:4", "shards:3", "serial"]))
    return unittest.end(env)

tags_equal_attributes_test = unittest.make(_tags_equal_attributes_test_impl)

def _tags_reveal_groups_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(
        env,
        ["mine", "resource-group://a:db", "resource-group:cache", "resource-group:db"],
        _settings(
            resource_groups = {"//b:db": ["*"], "//b:cache": ["*"]},
            tags = ["mine", "resource-group://a:db", "resource-group:cache"],
        ).tags,
    )
    return unittest.end(env)

tags_reveal_groups_test = unittest.make(_tags_reveal_groups_test_impl)

def _tags_with_uses_reveal_groups_test_impl(ctx):
    env = unittest.begin(ctx)
    settings = _settings(tags = ["resource-group:db=2", "resource-group:cache=shared"])
    asserts.equals(env, [], settings.errors)
    asserts.equals(
        env,
        ["resource-group:db=2", "resource-group:cache=shared", "resource-group:db", "resource-group:cache"],
        settings.tags,
    )

    # What a test carries means what it was given.
    asserts.equals(env, settings, _settings(tags = settings.tags))
    asserts.equals(env, settings.resource_groups, _settings(
        resource_groups = {"//resources:db": ["*=2"], "//resources:cache": ["*=shared"]},
    ).resource_groups)
    return unittest.end(env)

tags_with_uses_reveal_groups_test = unittest.make(_tags_with_uses_reveal_groups_test_impl)

def _cpus_become_a_tag_test_impl(ctx):
    env = unittest.begin(ctx)
    settings = _settings(framework = "go", workers = "auto", cpus = 4, tags = ["mine", "resource-group:db"])
    asserts.equals(env, [], settings.errors)
    asserts.equals(
        env,
        ("go", "auto", 4, ["mine", "resource-group:db", "cpu:4"]),
        (settings.framework, settings.workers, settings.cpus, settings.tags),
    )
    asserts.equals(env, 1, len(_settings(cpus = 0).errors))
    return unittest.end(env)

cpus_become_a_tag_test = unittest.make(_cpus_become_a_tag_test_impl)

def _what_a_case_may_do_test_impl(ctx):
    env = unittest.begin(ctx)
    settings = _settings(serial = ["TestBig*"], keep_together = "class", case_timeout = 5, retries = 1, leaks = "fail")
    asserts.equals(env, [], settings.errors)
    asserts.equals(
        env,
        (["TestBig*"], "class", {"case-timeout": "5s", "leaks": "fail", "retries": "1"}),
        (settings.serial, settings.keep_together, settings.options),
    )
    return unittest.end(env)

what_a_case_may_do_test = unittest.make(_what_a_case_may_do_test_impl)

def _a_group_turns_the_timeout_into_a_budget_test_impl(ctx):
    env = unittest.begin(ctx)
    without = _settings(size = "small", timeout = "long")
    asserts.equals(env, ("small", "long", 0), (without.size, without.timeout, without.running_budget_seconds))
    with_group = _settings(size = "small", timeout = "long", tags = ["resource-group:db"])
    asserts.equals(env, ("small", "eternal", 900), (with_group.size, with_group.timeout, with_group.running_budget_seconds))
    return unittest.end(env)

a_group_turns_the_timeout_into_a_budget_test = unittest.make(_a_group_turns_the_timeout_into_a_budget_test_impl)

def _selects_test_impl(ctx):
    env = unittest.begin(ctx)
    for attribute, remedy in {
        "case_timeout": "write a number of seconds.",
        "cpus": "write a number.",
        "framework": "write the name of one framework.",
        "resource_groups": "put what is conditional into the group: its capacity takes a select(), and an alias to a group takes one for its actual.",
        "leaks": "write one word.",
        "retries": "write a number.",
        "serial": "write True, False or a list of globs.",
        "size": "write one size; Bazel does not take a select() here either.",
        "tags": "write a list; Bazel does not take a select() here either.",
        "timeout": "write one timeout; Bazel does not take a select() here either.",
        "keep_together": "write \"case\", \"class\" or \"file\".",
        "workers": "write a number, or \"auto\", which adapts to the machine.",
    }.items():
        asserts.equals(
            env,
            ["{} is a select(), which is resolved only after the macro has had to read it.\nhint: {}".format(attribute, remedy)],
            _settings(**{attribute: select({"//conditions:default": None})}).errors,
        )
    return unittest.end(env)

selects_test = unittest.make(_selects_test_impl)

def _errors_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(
        env,
        ["framework = \"junit\" does not exist.\nhint: use one of \"exec\", \"go\", \"protocol\"."],
        _settings(framework = "junit").errors,
    )
    asserts.equals(env, 2, len(_settings(keep_together = "file", serial = 1).errors))
    for workers in [-1, "4", "many", True]:
        asserts.equals(
            env,
            ["workers = {} is not a number of workers.\nhint: write a number, 0 or more, or \"auto\".".format(repr(workers))],
            _settings(workers = workers).errors,
        )
    asserts.equals(
        env,
        ["workers = 4 and the tag \"workers:2\" disagree.\nhint: keep one of them."],
        _settings(workers = 4, tags = ["workers:2"]).errors,
    )
    asserts.equals(
        env,
        ["workers = \"auto\" and the tag \"workers:2\" disagree.\nhint: keep one of them."],
        _settings(workers = "auto", tags = ["workers:2"]).errors,
    )
    for given, what in [
        ({"workers": 4}, "workers = 4"),
        ({"workers": "auto"}, "workers = \"auto\""),
        ({"tags": ["workers:2"]}, "the tag \"workers:2\""),
    ]:
        asserts.equals(
            env,
            [what + (" can have no effect with framework = \"exec\", where the program is one case.\n" +
                     "hint: remove it, or give the framework that knows the cases: \"go\" or \"protocol\".")],
            _settings(**given).errors,
        )
    for workers in [0, 1]:
        asserts.equals(env, [], _settings(workers = workers).errors)
    asserts.equals(
        env,
        ["framework = \"pytest\" is called \"protocol\" now.\nhint: write framework = \"protocol\", or use pytest_test."],
        _settings(framework = "pytest").errors,
    )
    asserts.equals(
        env,
        ["shard_count = 4 and the tag \"shards:2\" disagree.\nhint: keep one of them."],
        _settings(shard_count = 4, tags = ["shards:2"]).errors,
    )

    asserts.equals(
        env,
        ["strict_groups = 1 is neither True nor False.\nhint: write one of them."],
        _settings(strict_groups = 1).errors,
    )
    asserts.equals(
        env,
        ["allow_empty = 1 is neither True nor False.\nhint: write one of them."],
        _settings(allow_empty = 1).errors,
    )

    # One mistake does not hide another.
    asserts.equals(env, 3, len(_settings(size = "tiny", tags = ["workers:x", "resource-group:a:b"]).errors))
    return unittest.end(env)

errors_test = unittest.make(_errors_test_impl)

def settings_test_suite(name):
    unittest.suite(
        name,
        defaults_test,
        pytest_test,
        tags_equal_attributes_test,
        tags_reveal_groups_test,
        tags_with_uses_reveal_groups_test,
        cpus_become_a_tag_test,
        what_a_case_may_do_test,
        a_group_turns_the_timeout_into_a_budget_test,
        selects_test,
        errors_test,
    )
