"""The macro `go_test`."""

load("@rules_go//go:def.bzl", _rules_go_test = "go_test")
load(":cpus.bzl", "cpu_settings")
load(":grouped_test.bzl", "grouped_test")
load(":importpath.bzl", "with_importpath")
load(":inner_attributes.bzl", "inner_attributes", "inner_name", "outer_attributes")
load(":tags.bzl", "configures")
load(":unit.bzl", "DEFAULT_UNIT")

visibility("//rules/...")

def go_test(
        *,
        name,
        resource_groups = {},
        workers = None,
        serial = False,
        unit = "case",
        timings = None,
        case_timeout = None,
        retries = None,
        leaks = None,
        cpus = None,
        tags = None,
        **kwargs):
    """Runs Go tests case by case: those that need a group hold it while they run, and several run at once.

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

    It takes all that rules_go's `go_test` takes, and makes of it what rules_go makes. Without `resource_groups`,
    `workers`, `serial`, `unit`, `timings`, `case_timeout`, `retries` and `leaks`, and the tags that mean the same, the target *is* rules_go's. With one
    of them it is a [`grouped_test`](rules.md#grouped_test) with `framework = "go"`, where more is said of groups,
    workers, time and tags.

    **Two targets.** A grouped test NAME runs the target `NAME_ungrouped`, which is rules_go's, with all the
    attributes, but private, `manual`, and with no tags but those that say how it is to be built and run
    (`local`, and `block-`, `disable-`, `no-`, `requires-` and `supports-` with something behind it). Started by
    itself, it runs without its groups.

    **Cases** are the tests, the examples and the seeds of the fuzz tests. A subtest is a part of its test. Globs
    of `resource_groups` are over names of cases, such as `TestDB*`.

    **Processes.** Several cases may share a process, and `TestMain` and `init` run once in each: [go.md](../guide/go.md) says
    when, and what decides whether a test is red. `workers = 0`
    means one process for all cases of a shard, in order, which holds every group that any of them needs.

    **`--test_filter`** is what it is with rules_go: regular expressions, separated by commas, as in
    `go test -run`; those that begin with `-` are for `-skip`.

    Args:
      name: Name of the target.
      resource_groups: Dictionary of the label of a `resource_group` to a list of globs over names of cases, each
        with a weight (`TestBig*=2`) or with `=shared` behind it if need be. `{}` by default.
      workers: How many cases may run at once in one shard: a number, 0, or `"auto"` for the `cpus`. 1 by default.
      serial: Whether each case runs alone among those of its shard, or a list of globs over names of the cases
        that do, after all others. `False` by default.
      unit: What is never divided among shards: a `"case"`, the default, or a `"class"`, the whole target.
      timings: Label of a JSON file with the durations that cases are expected to take. None by default.
      case_timeout: How many seconds a case may run, from when it holds its groups. No limit by default. A test in
        `t.Parallel` that waits for others does not run.
      retries: How often a bad case runs again, until it passes. 0 by default.
      leaks: What becomes of a case that leaves a process behind: `"report"`, the default, `"fail"` or `"ignore"`.
      cpus: How many CPUs Bazel reserves while the test runs, as the tag `cpu:N` does. 1 by default, since a
        case that waits needs none. Alone, it makes no grouped test.
      tags: As for any test. `resource-group:NAME`, which may end in `=2` or `=shared`, `workers:N`, `shards:N` and
        `serial` make a grouped test.
      **kwargs: All else that rules_go's `go_test` takes: `srcs`, `embed`, `deps`, `data`, `args`, `env`,
        `rundir`, `x_defs`, `race`, `pure`, `size`, `timeout`, `shard_count`, `flaky`, `visibility` and so on. `$(location)`
        in `args` sees what is in `data`.
    """
    settings = dict(
        resource_groups = resource_groups,
        workers = workers,
        serial = serial,
        unit = unit,
        timings = timings,
        case_timeout = case_timeout,
        retries = retries,
        leaks = leaks,
    )
    if not _is_grouped(settings = settings, cpus = cpus, tags = tags):
        _rules_go_test(name = name, tags = _with_cpus(tags = tags, cpus = cpus), **kwargs)
        return
    _rules_go_test(**inner_attributes(
        name = name,
        tags = tags,
        attributes = with_importpath(kwargs, name = name, package = native.package_name()),
    ))
    grouped_test(
        name = name,
        test = ":" + inner_name(name),
        framework = "go",
        cpus = cpus,
        tags = tags,
        **(settings | outer_attributes(kwargs))
    )

# Values that ask for nothing. A worker, even one, is asked for.
_EMPTY = [None, False, 0, {}, []]
_PLAIN = {
    "unit": [None, DEFAULT_UNIT],
    "workers": [None],
}

# What is wrong is a grouped test's too, which reports it.
def _is_grouped(*, settings, cpus, tags):
    return bool(
        [name for name, value in settings.items() if value not in _PLAIN.get(name, _EMPTY)] or
        (type(tags) in ("list", "tuple") and configures(tags)) or
        cpu_settings(cpus = cpus, tags = []).errors,
    )

def _with_cpus(*, tags, cpus):
    if cpus == None:
        return tags
    return (tags or []) + cpu_settings(cpus = cpus, tags = tags or []).tags
