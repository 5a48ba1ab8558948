"""The macro `grouped_test`."""

load(":given_attributes.bzl", "divided_attributes")
load(":go_grouped_test.bzl", "go_grouped_test")
load(":grouped_test_rule.bzl", "grouped_binary", _grouped_test = "grouped_test")
load(":resource_properties.bzl", "with_resource_properties")
load(":settings.bzl", "grouped_test_settings")

visibility("//rules/...")

def grouped_test(*, name, test = None, **kwargs):
    """Runs a test so that its cases hold resource groups. What conflicts takes turns, and all else runs at once.

    ```starlark
    load("@rules_interlock//rules:defs.bzl", "grouped_test")

    grouped_test(
        name = "api_test",
        size = "small",
        test = ":api_test_bin",
        resource_groups = {
            "//resources:db": ["*"],
        },
    )
    ```

    **Tags** configure a test, too. They mean the same as the attributes:

    | tag | means |
    |---|---|
    | `resource-group:NAME` | every case holds the group of that name |
    | `resource-group:NAME=2` | every case takes two units of it |
    | `resource-group:NAME=shared` | every case shares it |
    | `workers:N`, `workers:auto` | `workers = N`, `workers = "auto"` |
    | `shards:N` | `shard_count = N` |
    | `serial` | `serial = True` |

    NAME is a target name in `resource_groups`, or else `//resources:NAME` in the repository of the BUILD file. A NAME
    that begins with `//`, `@` or `:` is a label. A tag without `=` adds nothing to a group that the attribute has; a
    tag with it adds `*=2` or `*=shared` to the globs. A tag that looks like one of these is an error.

    Every grouped test *carries* `resource-group:NAME` for each group that it may use. So
    `--test_tag_filters=-resource-group:db` and `bazel query 'attr(tags, "resource-group:db", //...)'` work. The groups
    `//a:db` and `//b:db` share one tag.

    **Time.** Bazel's clock counts waiting. So a test with a group has `timeout = "eternal"` in Bazel, and its `size` or
    `timeout` is the *running budget*: 60 s for `short`, 300 s for `moderate`, 900 s for `long`, 3600 s for
    `eternal`. The runner enforces it, and waiting does not count. `--test_timeout` still limits both together.

    Bazel offers no other way to let a test wait. It therefore warns that a quick test is "outside of range for ETERNAL
    tests", and `--test_timeout_filters` sees `eternal`. Ignore that warning; `--test_size_filters` sees the size.
    The macro cannot see the scope of a group, so groups of scope `process` have the same effect. Without groups, Bazel
    keeps `size` and `timeout`.

    **Remote execution.** A test with a group of scope `build` or `host` runs on this machine (`no-remote-exec`). With
    groups of scope `cluster` and `process` only, it runs anywhere.

    **Waiting.** A test that waits keeps one of Bazel's job slots and its CPUs. Set
    `--@rules_interlock//rules:resource_tags` to let Bazel start a test only when the groups are free that all its cases
    hold: [locking.md](../design/locking.md#tests-that-only-wait) says how. On a remote execution cluster, a test that
    waits keeps an executor. [interlock gate](../design/gate.md) lets it wait without one.

    **Mistakes** are reported when Bazel analyses the target, and spoil no other target of the package.

    Args:
      name: Name of the target.
      test: Label of the program, which has to be there: any executable target, a `*_binary` or a `*_test`. A `*_test`
        needs the tag `manual`, or it would run a second time without its groups. Its runfiles, coverage and
        `RunEnvironmentInfo` are taken over. Its `args` are not, nor is the `env` of a native rule such as Bazel 7's
        `sh_test`: set those here.
      **kwargs: What every test takes: `visibility`, `testonly`, `local`, `exec_properties`,
        `target_compatible_with`, `exec_compatible_with`, `features`, `toolchains` and so on.
    """
    given = divided_attributes("grouped_test", kwargs)
    declare_grouped_test(name = name, test = test, given = given)

def declare_grouped_test(*, name, test, given):
    """Declares the target of a grouped test.

    Args:
      name: str.
      test: Label or str, the program; None if there is none, which is a mistake.
      given: struct, what the user gave, as `divided_attributes` returns it.
    """
    settings = grouped_test_settings(to_label = native.package_relative_label, **(given.rest | given.own))
    declare = go_grouped_test if settings.framework == "go" else _grouped_test
    declare(
        name = name,
        test = test,
        errors = given.errors + settings.errors,
        running_budget_seconds = settings.running_budget_seconds,
        timings = given.own.get("timings"),
        **(given.rest | _of_cases(settings) | dict(
            exec_properties = with_resource_properties(given.rest.get("exec_properties"), settings.resource_groups),
            shard_count = settings.shard_count,
            size = settings.size,
            tags = settings.tags,
            timeout = settings.timeout,
        ))
    )

# Nothing limits or repeats a case in which somebody looks around.
_OF_DEBUGGED_CASES = ["framework", "group_markers", "resource_groups", "strict_groups"]

# What a program that is no test does not have.
_OF_TESTS_ONLY = ["flaky", "local", "shard_count", "size", "timeout"]

def declare_grouped_debug(*, name, test, given):
    """A program that runs the cases of a grouped test one after the other, with their groups, at a terminal.

    Args:
      name: str.
      test: as in `declare_grouped_test`.
      given: as in `declare_grouped_test`.
    """
    own = {key: value for key, value in given.own.items() if key in _OF_DEBUGGED_CASES}
    rest = {key: value for key, value in given.rest.items() if key not in _OF_TESTS_ONLY}
    settings = grouped_test_settings(
        to_label = native.package_relative_label,
        tags = _without_workers(rest.get("tags")),
        workers = 0,
        **own
    )
    grouped_binary(
        name = name,
        test = test,
        errors = given.errors + settings.errors,
        running_budget_seconds = 0,
        **(rest | _of_cases(settings) | {"tags": ["manual"]})
    )

# What is wrong with tags is reported later.
def _without_workers(tags):
    if type(tags) not in ("list", "tuple"):
        return tags
    return [tag for tag in tags if type(tag) != "string" or not tag.startswith("workers:")]

def _of_cases(settings):
    return dict(
        cpus = settings.cpus,
        framework = settings.framework,
        group_markers = settings.group_markers,
        keep_together = settings.keep_together,
        options = settings.options,
        resource_groups = settings.resource_groups,
        serial = settings.serial,
        workers = settings.workers,
    )
