"""The macro `go_test`."""

load("@rules_go//go:def.bzl", _rules_go_test = "go_test")
load("//rules/private/test:cpus.bzl", "cpu_settings")
load("//rules/private/test:given_attributes.bzl", "asks_for_anything", "divided_attributes")
load("//rules/private/test:grouped_test.bzl", "declare_grouped_test")
load("//rules/private/test:inner_attributes.bzl", "inner_attributes", "inner_name", "outer_attributes")
load("//rules/private/test:tags.bzl", "configures")
load(":importpath.bzl", "with_importpath")

visibility("//rules/...")

def go_test(*, name, **kwargs):
    """Runs Go tests case by case. A test that needs a group holds it while it runs, and several run at once.

    ```starlark
    load("@rules_interlock//rules:go.bzl", "go_test")

    go_test(
        name = "store_test",
        size = "small",
        srcs = ["store_test.go"],
        embed = [":store"],
        resource_groups = {
            "//resources:db": ["TestDB*"],
        },
        workers = 4,
    )
    ```

    It takes all that rules_go's `go_test` takes, and makes of it what rules_go makes. If you set none of the attributes
    below but `cpus`, and no tag that means the same, the target *is* rules_go's. Otherwise it is a
    [`grouped_test`](rules.md#grouped_test) with `framework = "go"`, whose page says more of groups, tags and time.

    **Two targets.** A grouped test NAME runs the target `NAME_ungrouped`, which is rules_go's. That target is private
    and `manual`. It has all the attributes, but of the tags only those that say how to build and run it: `local`, and
    those that begin with `block-`, `disable-`, `no-`, `requires-` and `supports-`. It runs without groups.

    **Cases** are the tests, the examples and the seeds of fuzz tests. A subtest is a part of its test.

    **Processes.** Several cases may share a process. `TestMain` and `init` run once in each: [go.md](../guide/go.md) says when,
    and what makes a test red.

    **`--test_filter`** is what it is with rules_go: regular expressions, separated by commas, as in `go test -run`.
    Those that begin with `-` are for `-skip`.

    Args:
      name: Name of the target.
      **kwargs: All else that rules_go's `go_test` takes: `srcs`, `embed`, `deps`, `data`, `args`, `env`, `rundir`,
        `x_defs`, `race`, `pure`, `size`, `timeout`, `shard_count`, `flaky`, `visibility` and so on. `$(location)` in
        `args` sees `data`.
    """
    given = divided_attributes("go_test", kwargs)
    tags = given.rest.get("tags")
    attributes = {key: value for key, value in given.rest.items() if key != "tags"}
    cpus = given.own.get("cpus")
    if not _is_grouped(given = given, cpus = cpus, tags = tags):
        _rules_go_test(name = name, tags = _with_cpus(tags = tags, cpus = cpus), **attributes)
        return
    _rules_go_test(**inner_attributes(
        name = name,
        tags = tags,
        attributes = with_importpath(attributes, name = name, package = native.package_name()),
    ))
    declare_grouped_test(
        name = name,
        test = ":" + inner_name(name),
        given = struct(
            errors = given.errors,
            own = given.own | {"framework": "go"},
            rest = outer_attributes(attributes) | {"tags": tags},
        ),
    )

# What is wrong is a grouped test's too, which reports it.
def _is_grouped(*, given, cpus, tags):
    return bool(
        given.errors or
        asks_for_anything(given.own) or
        (type(tags) in ("list", "tuple") and configures(tags)) or
        cpu_settings(cpus = cpus, tags = []).errors,
    )

def _with_cpus(*, tags, cpus):
    if cpus == None:
        return tags
    return (tags or []) + cpu_settings(cpus = cpus, tags = tags or []).tags
