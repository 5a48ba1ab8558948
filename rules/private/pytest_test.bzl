"""The macro `pytest_test`."""

load("@rules_python//python:defs.bzl", "py_test")
load(":grouped_test.bzl", "grouped_debug", "grouped_test")
load(":inner_attributes.bzl", "inner_attributes", "inner_name", "outer_attributes")
load(":pytest_main.bzl", "pytest_main")

visibility("//rules/...")

_ADAPTER = Label("//adapters/pytest")

# What a program that is no test does not have.
_OF_TESTS_ONLY = ["flaky", "local", "shard_count", "size", "timeout"]

def pytest_test(
        *,
        name,
        srcs,
        deps = [],
        data = [],
        config = None,
        group_markers = {},
        strict_groups = None,
        allow_empty = None,
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
    """Runs pytest item by item: those that need a group hold it while they run, and several run at once.

    ```starlark
    load("@rules_interlock//rules:python.bzl", "pytest_test")

    pytest_test(
        name = "api_test",
        size = "small",
        srcs = glob(["test_*.py"]) + ["conftest.py"],
        config = "pytest.ini",
        deps = [
            ":api",
            "@pypi//pytest",
        ],
        # @pytest.mark.xdist_group("llm_api") in the tests' code
        group_markers = {"llm_api": "//resources:llm_api"},
        workers = 8,
    )
    ```

    It takes all that a `py_test` takes, and needs pytest 7 or newer among its `deps`, with whatever plugins
    the tests use: [pytest.md](../guide/pytest.md) shows how to bring them. It is a [`grouped_test`](rules.md#grouped_test)
    with `framework = "pytest"`, where more is said of groups, workers, time and tags.

    **Targets.** NAME runs the `py_test` `NAME_ungrouped`, which is private and `manual`; by itself that runs all tests
    in one process without their groups. `bazel run NAME.debug` runs them the same way but with their groups,
    one after the other at the terminal: for `--pdb`, `-- --pdb` behind it.

    **Cases** are pytest's items, under their node IDs: `tests/test_api.py::TestUser::test_name[a]`. They are relative
    to pytest's rootdir: the folder of the `config`; else that of a `pytest.toml`, `.pytest.toml`, `pytest.ini`,
    `.pytest.ini`, or a `pyproject.toml`, `tox.ini` or `setup.cfg` with a part for pytest, beside or above all `srcs`;
    else the root of the workspace. In a glob of `resource_groups`, `*` matches any characters, and `[` begins a set, so
    `*test_name?a?` is for `test_name[a]`.

    **Which files.** Pytest looks at the folders of `srcs` as ever, so its `python_files` (`test_*.py` and `*_test.py`
    by default) decides which of `srcs` hold tests; it looks at no files but those, and at `data` that lie beside them.

    **Processes.** Each worker is a process that collects once and then runs one item after another, so fixtures of
    classes, modules, packages and the session live as under pytest-xdist; but where a test gives back groups, all but
    those of the session end before. `workers = 0` is one process that runs all items in order.

    **Marks.** `@pytest.mark.xdist_group("name")` holds the group that `group_markers` has for the name; several marks
    hold several groups. `@pytest.mark.serial` is what `serial` is for one case.

    **`--test_filter`** is a list of node IDs, of files, classes or tests, separated by commas, or what `-k` takes. Of a
    node ID the first folders may be missing, or the path: `test_api.py`, `TestUser::test_name`. All options of pytest may
    be in `args` and `--test_arg`: `-k`, `-m`, `-x`, `--deselect`, `--runslow`, `--collect-only` and so on.

    **The verdict** is pytest's: exit code 5 (no tests), what hooks make of the exit code and a session that does not end
    are failures, too, as cases of their own: [from-xdist.md](../guide/from-xdist.md#the-verdict).

    **Coverage.** With coverage.py among the `deps`, `bazel coverage` gets the lines of all workers.

    Args:
      name: Name of the target.
      srcs: Test files, `conftest.py` files, and modules that they import.
      deps: Libraries, pytest and its plugins among them.
      data: Files that the tests need at run time.
      config: Label of pytest's configuration file. By default pytest looks for one among `srcs` and `data`.
      group_markers: Dictionary of a name in `xdist_group` to the label of a `resource_group`. `{}` by default.
      strict_groups: Whether a name in `xdist_group` that `group_markers` does not have is an error. If it is not, which
        is the default, such a name is a group of its own, of scope `process` and capacity 1.
      allow_empty: Whether the test passes if pytest finds no test, or `args` leave none (exit code 5 of pytest). `False` by
        default. A `--test_filter` that matches nothing passes anyway, and says what there is.
      resource_groups: Dictionary of the label of a `resource_group` to a list of globs over node IDs, each
        with a weight (`*test_big*=2`) or with `=shared` behind it if need be. `{}` by default.
      workers: How many cases may run at once in one shard: a number, 0, or `"auto"`, the default, for the `cpus`.
      serial: Whether each case runs alone among those of its shard, or a list of globs over node IDs
        of those that do, after all others. `False` by default.
      unit: What is never divided among shards: a `"case"`, the default, a `"class"` or a `"file"`.
      timings: Label of a JSON file with the durations that cases are expected to take. None by default.
      case_timeout: How many seconds a case may run, from when it holds its groups. No limit by default.
      retries: How often a bad case runs again, until it passes. 0 by default.
      leaks: What becomes of a process that a worker leaves behind when it ends: `"report"`, the default, `"fail"` or
        `"ignore"`.
      cpus: How many CPUs Bazel reserves while the test runs, as the tag `cpu:N` does. 1 by default, since a
        case that waits needs none.
      tags: As for any test; and see `grouped_test` for `resource-group:NAME`, `workers:N`, `shards:N` and `serial`.
      **kwargs: All else that `py_test` takes: `imports`, `args`, `env`, `env_inherit`, `size`, `timeout`, `shard_count`,
        `flaky`, `visibility` and so on. `$(location)` in `args` and `env` sees what is in `data`. A `main` has to
        call `interlock_pytest.main()`, with the `files` and the `config`. `legacy_create_init` is 0 by default: packages
        are what they are in the sources.
    """
    inner = inner_name(name)
    program = []
    if not kwargs.get("main"):
        pytest_main(
            name = inner + "_main",
            config = config,
            data = data,
            srcs = srcs,
            tags = ["manual"],
            testonly = True,
            visibility = ["//visibility:private"],
        )
        program = [":" + inner + "_main"]
        kwargs["main"] = inner + "_main.py"
    py_test(**inner_attributes(
        name = name,
        tags = tags,
        attributes = {"legacy_create_init": 0} | kwargs | {
            "data": data + ([config] if config else []),
            "deps": deps + [_ADAPTER],
            "srcs": srcs + program,
        },
    ))
    cases = dict(
        test = ":" + inner,
        framework = "pytest",
        group_markers = group_markers,
        strict_groups = strict_groups,
        resource_groups = resource_groups,
        tags = tags,
    )
    outer = outer_attributes(kwargs | {"data": data})
    grouped_test(
        name = name,
        allow_empty = allow_empty,
        workers = workers,
        serial = serial,
        unit = unit,
        timings = timings,
        case_timeout = case_timeout,
        retries = retries,
        leaks = leaks,
        cpus = cpus,
        **(outer | cases)
    )
    grouped_debug(
        name = name + ".debug",
        **({key: value for key, value in outer.items() if key not in _OF_TESTS_ONLY} | cases | {"testonly": True})
    )
