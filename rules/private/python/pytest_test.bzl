"""The macro `pytest_test`."""

load("@rules_python//python:defs.bzl", "py_test")
load("//rules/private/test:given_attributes.bzl", "divided_attributes")
load("//rules/private/test:grouped_test.bzl", "declare_grouped_debug", "declare_grouped_test")
load("//rules/private/test:inner_attributes.bzl", "inner_attributes", "inner_name", "outer_attributes")
load(":pytest_main.bzl", "pytest_main")

visibility("//rules/...")

_ADAPTER = Label("//adapters/pytest")

def pytest_test(*, name, srcs, deps = None, data = None, config = None, **kwargs):
    """Runs pytest item by item. An item that needs a group holds it while it runs, and several run at once.

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

    It takes all that a `py_test` takes. Among its `deps` it needs pytest 7 or newer, and the plugins that the tests
    use: [pytest.md](../guide/pytest.md) shows how to bring them. It is a [`grouped_test`](rules.md#grouped_test) with
    `framework = "protocol"`, whose page says more of groups, tags and time.

    **Targets.** NAME runs the `py_test` `NAME_ungrouped`, which is private and `manual`. By itself that runs all tests
    in one process without their groups. `bazel run NAME.debug` runs them with their groups, one after the other at the
    terminal: add `-- --pdb` to debug them.

    **Cases** are pytest's items, by their node IDs: `tests/test_api.py::TestUser::test_name[a]`. In a glob, `*` matches
    any characters and `[` begins a set, so write `*test_name?a?` for `test_name[a]`. Node IDs are relative to pytest's
    rootdir. That is the folder of the `config`, else of a file beside or above all `srcs` that configures pytest, else
    the root of the workspace.

    **Which files.** Pytest looks for tests in those of `srcs` that its `python_files` matches: `test_*.py` and
    `*_test.py` by default. It sees no other file but `data` beside them.

    **Processes.** Each worker is a process that collects once and then runs one item after another. Fixtures live as
    under pytest-xdist, with one exception: where a test gives back groups, all but those of the session end first.
    `workers = 0` is one process that runs all items in order.

    **Marks.** `@pytest.mark.xdist_group("name")` holds the group that `group_markers` has for the name. Several marks
    hold several groups. `@pytest.mark.serial` is what `serial` is for one case.

    **`--test_filter`** is what `-k` takes, or a list of node IDs of files, classes or tests, separated by commas. The
    path of a node ID, or its first folders, may be missing: `test_api.py`, `TestUser::test_name`. Give options of
    pytest in `args` and `--test_arg`: `-k`, `-m`, `-x`, `--deselect`, `--collect-only` and so on.

    **The verdict** is pytest's. Exit code 5 (no tests), an exit code that a hook makes bad, and a session that does not
    end are failures, as cases of their own: [from-xdist.md](../guide/from-xdist.md#the-verdict).

    **Coverage.** With coverage.py among the `deps`, `bazel coverage` gets the lines of all workers.

    Args:
      name: Name of the target.
      srcs: Test files, `conftest.py` files, and modules that they import.
      deps: Libraries, pytest and its plugins among them.
      data: Files that the tests need at run time.
      config: Label of pytest's configuration file. By default pytest looks for one among `srcs` and `data`.
      **kwargs: All else that `py_test` takes: `imports`, `args`, `env`, `env_inherit`, `size`, `timeout`,
        `shard_count`, `flaky`, `visibility` and so on. `$(location)` in `args` and `env` sees `data`. A `main` has to
        call `interlock_pytest.main()`, with the `files` and the `config`. `legacy_create_init` is 0 by default, so
        packages are what they are in the sources.
    """
    given = divided_attributes("pytest_test", kwargs)
    tags = given.rest.get("tags")
    attributes = {key: value for key, value in given.rest.items() if key != "tags"}
    inner = inner_name(name)
    deps = deps or []  # a symbolic macro passes None for what its user does not give
    data = data or []
    program = []
    if not attributes.get("main"):
        pytest_main(
            name = inner + "_main",
            config = config,
            out = inner + "_main.py",
            data = data,
            srcs = srcs,
            tags = ["manual"],
            testonly = True,
            visibility = ["//visibility:private"],
        )
        program = [":" + inner + "_main"]
        attributes["main"] = inner + "_main.py"
    py_test(**inner_attributes(
        name = name,
        tags = tags,
        attributes = {"legacy_create_init": 0} | attributes | {
            "data": data + ([config] if config else []),
            "deps": deps + [_ADAPTER],
            "srcs": srcs + program,
        },
    ))
    own = given.own | {"framework": "protocol"}
    rest = outer_attributes(attributes | {"data": data}) | {"tags": tags}
    declare_grouped_test(
        name = name,
        test = ":" + inner,
        given = struct(errors = given.errors, own = own, rest = rest),
    )
    declare_grouped_debug(
        name = name + ".debug",
        test = ":" + inner,
        given = struct(errors = given.errors, own = own, rest = rest | {"testonly": True}),
    )
