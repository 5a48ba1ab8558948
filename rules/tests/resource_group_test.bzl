"""Tests of `resource_group`: what it makes, and what it refuses; the grammars have tests of their own."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "resource_group")
load("//rules/private/group:providers.bzl", "ResourceGroupInfo")
load(":failure_test.bzl", "failure_test")
load(":fixtures.bzl", "fixture_binary")

visibility("private")

def _select(value):
    return select({"//conditions:default": value})

_FAILURES = {
    "db,cache": struct(
        attrs = {},
        messages = ["\"bad/db,cache\" cannot be the name of a resource group, because it contains ',', and tags and flags " +
                    "carry the name.\nhint: use a letter, digit or '_', then letters, digits and any of '_.+~/-'."],
    ),
    "capacity": struct(
        attrs = {"capacity": _select(0)},
        messages = ["bad/capacity: capacity = 0 would let no test run, ever."],
    ),
    "env": struct(
        attrs = {"env": {"PORT": "54{port}"}},
        messages = ["env[\"PORT\"] = \"54{port}\": there is no {port}"],
    ),
    "env_without_instances": struct(
        attrs = {"env": {"DB": "{instance}"}, "setup": ":group_program"},
        messages = ["env[\"DB\"] = \"{instance}\": there is no {instance}"],
    ),
    "health_without_setup": struct(
        attrs = {"health": ":group_program"},
        messages = ["health is about what a setup has started, but the group has no setup.\n" +
                    "hint: give it one, or remove health."],
    ),
    "idle_timeout": struct(
        attrs = {"idle_timeout": _select(-1), "setup": ":group_program"},
        messages = ["idle_timeout = -1 is not a length of time.\nhint: write a number of seconds, 0 or more. With 0 an " +
                    "instance is never handed from one test process to another."],
    ),
    "idle_timeout_without_setup": struct(
        attrs = {"idle_timeout": 0},
        messages = ["idle_timeout is about what a setup has started, but the group has no setup.\n" +
                    "hint: give it one, or remove idle_timeout."],
    ),
    "instances": struct(
        attrs = {"capacity": 3, "instances": _select(["pg0", "pg1"])},
        messages = ["capacity = 3 and instances, of which there are 2, disagree."],
    ),
    "key": struct(
        attrs = {"key": "acme/db"},
        messages = ["key = \"acme/db\" has no meaning here"],
    ),
    "no_key": struct(
        attrs = {"scope": "host"},
        messages = ["key is missing: a group of scope \"host\" is known by its key"],
    ),
    "rate": struct(
        attrs = {"rate": "60"},
        messages = ["rate = \"60\": there is no '/' in it."],
    ),
    "rate_and_setup": struct(
        attrs = {"rate": "60/m", "setup": ":group_program"},
        messages = ["setup and rate = \"60/m\" do not go together: a case that was counted must not wait for " +
                    "anything to be started before it begins.\nhint: use two groups."],
    ),
    "reset_without_setup": struct(
        attrs = {"reset": ":group_program"},
        messages = ["reset is about what a setup has started, but the group has no setup.\n" +
                    "hint: give it one, or remove reset."],
    ),
    "scope": struct(
        attrs = {"scope": "galaxy", "key": "acme/db"},
        messages = ["scope = \"galaxy\" does not exist.\nhint: use one of \"process\", \"build\", \"host\", \"cluster\"."],
    ),
    "select_of_scope": struct(
        attrs = {"scope": _select("build")},
        messages = ["scope is a select(), but a group cannot be another thing from one configuration to the next.\n" +
                    "hint: write one scope; an alias to one of two groups takes a select() for its actual."],
    ),
    "setup_timeout": struct(
        attrs = {"setup": ":group_program", "setup_timeout": 0},
        messages = ["setup_timeout = 0 leaves no time to start anything.\nhint: write a number of seconds, 1 or more."],
    ),
    "several": struct(
        attrs = {"capacity": 0, "rate": "60"},
        messages = ["bad/several: capacity = 0", "bad/several: rate = \"60\""],
    ),
}

def _build_scope_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[ResourceGroupInfo]
    asserts.equals(env, target.label, info.label)
    asserts.equals(env, ("acme/db", "build", 2, ""), (info.name, info.scope, info.capacity, info.key))
    asserts.equals(env, None, info.runner)
    folder = target.label.package + "/"
    files = target[DefaultInfo].files.to_list()
    asserts.equals(
        env,
        [folder + "acme/db.queue.lock", folder + "acme/db.units.lock"],
        [file.short_path for file in files],
    )
    asserts.equals(env, files[0], info.queue)
    asserts.equals(env, files, target[DefaultInfo].default_runfiles.files.to_list())

    # Made by Bazel itself, and named so that whoever finds one knows what it is.
    actions = analysistest.target_actions(env)
    asserts.equals(env, ["FileWrite"] * 2, [action.mnemonic for action in actions])
    for action in actions:
        asserts.true(env, str(target.label) in action.content, action.content)
        asserts.true(env, action.content.startswith("# ") and action.content.count("\n") == 1, action.content)
    return analysistest.end(env)

build_scope_test = analysistest.make(_build_scope_test_impl)

def _no_files_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[ResourceGroupInfo]
    asserts.equals(env, (ctx.attr.scope, ctx.attr.key, 3, None), (info.scope, info.key, info.capacity, info.queue))
    asserts.equals(env, [], target[DefaultInfo].files.to_list())
    asserts.equals(env, [], analysistest.target_actions(env))
    return analysistest.end(env)

no_files_test = analysistest.make(
    _no_files_test_impl,
    attrs = {"key": attr.string(), "scope": attr.string()},
)

def _setup_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[ResourceGroupInfo]
    asserts.equals(env, (2, ["pg0", "pg1"], {"PGPORT": "{port}"}), (info.capacity, info.instances, info.env))
    asserts.equals(
        env,
        (ctx.attr.timeout_seconds, ctx.attr.idle_timeout_seconds),
        (info.setup.timeout_seconds, info.setup.idle_timeout_seconds),
    )
    asserts.equals(env, "group_program", info.setup.program.basename)
    programs = ["group_program"]
    for name, program in [("group_health", info.setup.health), ("group_reset", info.setup.reset)]:
        if ctx.attr.checked:
            asserts.equals(env, name, program.basename)
            programs.append(name)
        else:
            asserts.equals(env, None, program)
    runfiles = [file.basename for file in target[DefaultInfo].default_runfiles.files.to_list()]
    for name in programs + ["names_test.bzl", target.label.name + ".units.lock", target.label.name + ".setup_files"]:
        asserts.true(env, name in runfiles, "{} is not in {}".format(name, runfiles))
    return analysistest.end(env)

setup_test = analysistest.make(
    _setup_test_impl,
    attrs = {
        "checked": attr.bool(),
        "idle_timeout_seconds": attr.int(),
        "timeout_seconds": attr.int(),
    },
)

def _setup_files_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    list_file = target[ResourceGroupInfo].setup.files
    asserts.equals(env, target.label.package + "/acme/service.setup_files", list_file.short_path)

    # The lock files are for the runner alone.
    folder = "_main/" + target.label.package + "/"
    skylib = Label("@bazel_skylib//lib:paths").repo_name
    content = [action.content for action in analysistest.target_actions(env) if list_file in action.outputs.to_list()][0]
    asserts.equals(
        env,
        sorted([
            "_main/linked/program",
            "program_at_the_root",
            folder + "group_health",
            folder + "group_program",
            folder + "group_reset",
            folder + "names_test.bzl",
            skylib + "/lib/paths.bzl",
        ]),
        sorted(content.splitlines()),
    )
    return analysistest.end(env)

setup_files_test = analysistest.make(_setup_files_test_impl)

def resource_group_test_suite(name):
    """Instantiates the tests of `resource_group`.

    Args:
      name: Name of the test suite.
    """
    tests = []

    resource_group(name = "acme/db", capacity = 2, tags = ["manual"])
    build_scope_test(name = name + "_build_scope", target_under_test = ":acme/db")
    tests.append(name + "_build_scope")

    for scope, key in {"process": "", "host": "acme/db"}.items():
        resource_group(name = scope + "_scope_group", capacity = 3, key = key, scope = scope, tags = ["manual"])
        no_files_test(
            name = "{}_{}_scope".format(name, scope),
            key = key,
            scope = scope,
            target_under_test = ":{}_scope_group".format(scope),
        )
        tests.append("{}_{}_scope".format(name, scope))

    fixture_binary(name = "group_program", data = ["names_test.bzl"], tags = ["manual"])
    fixture_binary(
        name = "group_health",
        data = ["@bazel_skylib//lib:paths"],
        root_symlinks = ["program_at_the_root"],
        symlinks = ["linked/program"],
        tags = ["manual"],
    )
    fixture_binary(name = "group_reset", data = ["names_test.bzl"], tags = ["manual"])
    for case, given, expected in [
        ("defaults", {}, {"idle_timeout_seconds": 600, "timeout_seconds": 60}),
        ("timeouts", {"idle_timeout": 0, "setup_timeout": 5}, {"idle_timeout_seconds": 0, "timeout_seconds": 5}),
        (
            "checks",
            {"health": ":group_health", "reset": ":group_reset"},
            {"checked": True, "idle_timeout_seconds": 600, "timeout_seconds": 60},
        ),
    ]:
        group = "setup_group_with_" + case
        resource_group(
            name = group,
            env = {"PGPORT": "{port}"},
            instances = ["pg0", "pg1"],
            setup = ":group_program",
            tags = ["manual"],
            **given
        )
        test = "{}_setup_with_{}".format(name, case)
        setup_test(name = test, target_under_test = ":" + group, **expected)
        tests.append(test)

    resource_group(
        name = "acme/service",
        health = ":group_health",
        reset = ":group_reset",
        setup = ":group_program",
        tags = ["manual"],
    )
    setup_files_test(name = name + "_setup_files", target_under_test = ":acme/service")
    tests.append(name + "_setup_files")

    for case, failure in _FAILURES.items():
        resource_group(name = "bad/" + case, tags = ["manual"], **failure.attrs)
        test = name + "_fails_" + case
        failure_test(name = test, target_under_test = ":bad/" + case, messages = failure.messages)
        tests.append(test)

    native.test_suite(name = name, tests = tests)
