"""The macro `grouped_test`."""

load(":grouped_test_rule.bzl", "grouped_binary", _grouped_test = "grouped_test")
load(":settings.bzl", "grouped_test_settings")

visibility("//rules/...")

def grouped_test(
        *,
        name,
        test,
        framework = "exec",
        resource_groups = {},
        workers = None,
        serial = False,
        unit = "case",
        timings = None,
        case_timeout = None,
        retries = None,
        leaks = None,
        group_markers = {},
        strict_groups = None,
        allow_empty = None,
        cpus = None,
        size = None,
        timeout = None,
        shard_count = None,
        flaky = None,
        tags = None,
        args = None,
        env = None,
        env_inherit = None,
        data = None,
        **kwargs):
    """Runs a test so that its cases hold resource groups: what conflicts takes turns, all else runs at once.

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

    **Tags** mean the same as the attributes, for those who configure tests by tags alone:

    | tag | means |
    |---|---|
    | `resource-group:NAME` | every case holds the group of that name |
    | `resource-group:NAME=2`, `resource-group:NAME=shared` | every case takes two units of it; shares it |
    | `workers:N`, `workers:auto` | `workers = N`, `workers = "auto"` |
    | `shards:N` | `shard_count = N` |
    | `serial` | `serial = True` |

    NAME is the group of that target name in `resource_groups` if there is one, else `//resources:NAME` in the
    repository of the BUILD file; a NAME that begins with `//`, `@` or `:` is a label. If there is no such
    target, Bazel says that `//resources:NAME` does not exist, and names this test. `resource-group:NAME` adds
    nothing to a group that `resource_groups` or a tag with a use brings; a tag with a use adds `*=2` or
    `*=shared` to its globs.

    Every grouped test also *carries* `resource-group:NAME` for each group that it may use, so that
    `--test_tag_filters=-resource-group:db` and `bazel query 'attr(tags, "resource-group:db", //...)'` work. NAME is the
    target name only: `//a:db` and `//b:db` are two groups with one tag.

    **Time.** Bazel's clock counts waiting, and a test must not fail because others were before it. So with a
    group, Bazel gets `timeout = "eternal"`, and `size` or `timeout` becomes the *running budget*, which the
    runner enforces and in which waiting does not count: `short` 60 s, `moderate` 300 s, `long` 900 s,
    `eternal` 3600 s. The macro cannot see a group's scope, so that is so for groups of scope `process` too.
    Running and waiting together are still limited by Bazel's timeout, 3600 s for `eternal` or what `--test_timeout`
    says; `--test_timeout_filters` sees `eternal`, and `--test_size_filters` the size. Without groups, Bazel keeps
    `size` and `timeout`, and there is no budget.

    **Remote execution.** A test with a group of scope `build` or `host` runs on this machine (`no-remote-exec`), since
    nothing would exclude it elsewhere. One whose groups are all of scope `cluster` or `process` runs anywhere.

    **Waiting.** A test that waits keeps one of Bazel's job slots and its CPUs. With the build setting
    `--@rules_interlock//rules:resource_tags` Bazel does not even start a test before the groups are free that
    all its cases hold (`["*"]`, `["*=2"]`; not `["*=shared"]`, since readers may go together). It needs to
    know them: [locking.md](../design/locking.md#tests-that-only-wait) has the command that prints the flags.

    **Errors** are reported when the target is analysed, and so spoil no other target of the package: a `select()` for
    `framework`, `resource_groups`, `workers`, `serial`, `unit`, `case_timeout`, `retries`, `leaks`, `group_markers`,
    `strict_groups`, `allow_empty`, `cpus`, `size`, `timeout` or `tags`; a list of globs that is none, is empty or holds
    what is no glob; a weight of 0, or above the group's capacity, as it is after its `select()`; a shared use of a
    group that has instances or a setup; two groups that have one key, are called the same in the names of variables,
    set one variable, or have rates in two scopes; a number out of its range; a `unit` that the framework does not have;
    an attribute and a tag that disagree; a malformed tag; a `test` that is a `*_test` without the tag `manual`, or a
    `grouped_test`.

    Args:
      name: Name of the target.
      test: Label of the program: any executable target, a `*_binary` or a `*_test`. A `*_test` needs the tag
        `manual`, or it would run a second time without its groups. Its runfiles, coverage and declared
        environment (`RunEnvironmentInfo`) are taken over; its `args` are not, and neither is the `env` of a
        native rule such as Bazel 7's `sh_test`, which Bazel does not show: give those here.
      framework: How the program's cases are listed and run. `"exec"`, the default: the program is one case,
        which has the name of this target. `"go"`: it is a Go test binary, of rules_go or `go test -c`, whose
        tests, examples and fuzz seeds are cases, and whose subtests are parts of them. `args`, `--test_arg`
        and `--test_filter` are what they are with rules_go: the last is a list of regular expressions,
        separated by commas, as in `go test -run`; those that begin with `-` are for `-skip`. Several cases may
        share a process, and `TestMain` runs once in each ([go.md](../guide/go.md)). The macro [`go_test`](rules_go.md) does it in one step.
        `"pytest"`: it is a Python program that calls `interlock_pytest.main()`, or any other one that speaks the
        protocol of [adapters.md](adapters.md). Its processes live as long as there are cases for them. The macro
        [`pytest_test`](rules_python.md) makes such a program.
      resource_groups: Dictionary of the label of a `resource_group` to a list of globs over names of cases;
        `["*"]` means all. A case holds every group that has a glob for it, all of them while it runs. A glob
        stands for one unit of the capacity; `GLOB=3` for three, and `GLOB=shared` for a use that goes beside any
        other shared one and beside no other use. If several globs of a group match a case, the strongest use
        counts: a larger weight before a smaller one, and shared last. Only a number or `shared` after the last
        `=` is a use, so `test[a=b]` is a glob; one that has to end so itself is written `GLOB[=]3`. Not a
        `select()`: what is conditional goes into the group (`capacity` takes one) or into an `alias`.
        `{}` by default.
      workers: How many cases may run at once in one shard: a number, or `"auto"` for as many as Bazel grants
        the test CPUs, see `cpus`. 0 means all cases in order in one process, which holds every group that any
        of them needs; 1, the default, one case after another.
      serial: Whether each case runs alone among those of its shard; or a list of globs over names of the cases
        that do, which then run last. A glob that matches no case is an error of the test. To be alone among
        more, use a group. `False` by default.
      unit: What is never divided among shards: a `"case"`, the default; a `"class"`, which is all cases of one
        class, and with the frameworks `"exec"` and `"go"` the whole target; a `"file"`, which those two do not
        have.
      timings: Label of a JSON file with the seconds that cases are expected to take, by which they are divided
        among shards and ordered: `{"NAME_OF_A_TARGET": {"TestLarge": 7.5}}`. Any number of cases may be missing.
        May be a `select()`. None by default.
      case_timeout: How many seconds a case may run, from when it holds its groups. Then it gets SIGTERM, up to 5 s
        later SIGKILL, and is an error; cases that ran in the same process run again. Doubled under coverage. 0,
        the default, is no limit.
      retries: How often a bad case runs again, until it passes; 0, the default, to 10. It rests before, without its
        groups, 0.1 s the first time and then twice as long each time. In `test.xml` it has Surefire's
        `flakyFailure` or `rerunFailure`, and the log says `flaky`. All cases of a shard have 20 retries together.
      leaks: What becomes of a case that leaves a process behind: `"report"`, the default, says so in the log and in
        `test.xml`, `"fail"` makes it a failure, and `"ignore"` does not look. What is left of its process group is
        killed in any case. Where several cases shared the process, the message names one of them.
      group_markers: Dictionary of a name to the label of a `resource_group`, for frameworks whose cases ask for
        groups in their own code: with `{"db": ":db"}`, a case with the mark `@pytest.mark.xdist_group("db")` holds
        one unit of `:db`. Several names may mean one group. `{}` by default.
      strict_groups: Whether a name in a mark that `group_markers` does not have is an error. If it is not, which is
        the default, such a name is a group of its own, of scope `process` and capacity 1.
      allow_empty: Whether the test passes if the program finds no case at all, or its arguments leave none: with
        `framework = "pytest"`, exit code 5 of pytest. `False` by default. A `--test_filter` that matches nothing passes
        anyway.
      cpus: How many CPUs Bazel reserves while a process of the test runs, as the tag `cpu:N` does: a whole
        number, 1 or more. 1 by default, which is what any test gets, since a case that waits needs none. If
        there is a tag `cpu:N` already, that is what counts. Bazel heeds it where tests run on this machine and
        there is no `--local_test_jobs`, and limits nobody to it.
      size: As for any test; with a group, also the running budget unless there is a `timeout`. `"medium"`
        by default.
      timeout: As for any test without a group; with one, the running budget. That of the size by default.
      shard_count: As for any test: into how many processes Bazel splits the cases, at most 50.
      flaky: As for any test: whether Bazel tries again, up to three times.
      tags: As for any test, and see above.
      args: Command-line arguments of the program. Those that begin with `--interlock-`, up to `--`, are settings of
        the runner: [running.md](../guide/running.md) lists them. `$(location)` sees what is in `data`.
      env: Dictionary of environment variables, with `$(location)` and make variables expanded, over those of
        `test`. `$(location)` sees `test` and `data`, and gives a path relative to the runfiles.
      env_inherit: List of variables to take from the caller of Bazel, besides those of `test`.
      data: Files and targets that the program needs at run time, besides those of `test`.
      **kwargs: What every test takes: `visibility`, `testonly`, `local`, `exec_properties`,
        `target_compatible_with`, `exec_compatible_with`, `features`, `toolchains` and so on.
    """
    settings = grouped_test_settings(
        to_label = native.package_relative_label,
        framework = framework,
        resource_groups = resource_groups,
        workers = workers,
        serial = serial,
        unit = unit,
        case_timeout = case_timeout,
        retries = retries,
        leaks = leaks,
        group_markers = group_markers,
        strict_groups = strict_groups,
        allow_empty = allow_empty,
        cpus = cpus,
        size = size,
        timeout = timeout,
        shard_count = shard_count,
        tags = tags,
    )
    _grouped_test(
        name = name,
        test = test,
        running_budget_seconds = settings.running_budget_seconds,
        timings = timings,
        workers = settings.workers,
        size = settings.size,
        timeout = settings.timeout,
        shard_count = settings.shard_count,
        flaky = flaky,
        tags = settings.tags,
        args = args,
        env = env,
        env_inherit = env_inherit,
        data = data,
        **(_of_cases(settings) | kwargs)
    )

def grouped_debug(
        *,
        name,
        test,
        framework,
        resource_groups,
        group_markers,
        strict_groups,
        tags,
        **kwargs):
    """A program that runs the cases of a grouped test one after the other, with their groups, at a terminal.

    Args:
      name: Name of the target.
      test: As in `grouped_test`; so are all that follow.
      framework: -
      resource_groups: -
      group_markers: -
      strict_groups: -
      tags: -
      **kwargs: What every program takes.
    """
    settings = grouped_test_settings(
        to_label = native.package_relative_label,
        framework = framework,
        resource_groups = resource_groups,
        workers = 0,
        group_markers = group_markers,
        strict_groups = strict_groups,
        tags = _without_workers(tags),
    )
    grouped_binary(
        name = name,
        test = test,
        running_budget_seconds = 0,
        workers = settings.workers,
        tags = ["manual"],
        **(_of_cases(settings) | kwargs)
    )

# What is wrong with tags is reported later.
def _without_workers(tags):
    if type(tags) not in ("list", "tuple"):
        return tags
    return [tag for tag in tags if type(tag) != "string" or not tag.startswith("workers:")]

def _of_cases(settings):
    return dict(
        cpus = settings.cpus,
        errors = settings.errors,
        framework = settings.framework,
        group_markers = settings.group_markers,
        options = settings.options,
        resource_groups = settings.resource_groups,
        serial = settings.serial,
        unit = settings.unit,
    )
