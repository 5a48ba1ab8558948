"""The macro `resource_group`."""

load(":resource_group_rule.bzl", _resource_group = "resource_group")
load(":scopes.bzl", "DEFAULT_SCOPE")

visibility("//rules/...")

_CLUSTER_RUNNER = Label("//rules/toolchain:cluster_runner")

def resource_group(
        *,
        name,
        capacity = None,
        scope = DEFAULT_SCOPE,
        key = None,
        instances = None,
        env = None,
        rate = None,
        setup = None,
        setup_timeout = 60,
        **kwargs):
    """Declares a scarce resource, such as a database or a port, that only so many test cases may use at once.

    The target is the resource: its `visibility` says which packages may use it, and
    `bazel query 'rdeps(//..., //resources:db)'` lists the tests that do (not with `--notool_deps`).

    ```starlark
    # resources/BUILD.bazel
    load("@rules_interlock//rules:defs.bzl", "resource_group")

    resource_group(
        name = "db",
        capacity = select({
            "//conditions:default": 1,
            "//:big_database": 4,
        }),
        visibility = ["//visibility:public"],
    )
    ```

    A `select()` here, which every attribute of a group but `scope` takes, is resolved in the *exec* configuration,
    because that is where the group lives. So select by a platform constraint or by a build setting with
    `scope = "universal"`.

    **Instances.** Where it matters which one a case has, the units get names. Here a case that holds the group has one
    of two databases to itself, and `PGDATABASE=shop_a` and `PGPORT=5430`, say, in its environment, besides
    `INTERLOCK_POSTGRES_INSTANCE=shop_a` and `INTERLOCK_SLOT_POSTGRES=0`, which any such group sets:

    ```starlark
    resource_group(
        name = "postgres",
        instances = ["shop_a", "shop_b"],
        env = {
            "PGDATABASE": "{instance}",
            "PGPORT": "543{index}",
        },
    )
    ```

    **Rate.** An API that takes 60 calls in a minute, two at a time. Each case that holds the group is a start, and no
    minute, wherever it begins, has more than 60 starts of all tests of the scope. A case that waits for that runs no
    clock and occupies no worker:

    ```starlark
    resource_group(
        name = "payments_api",
        capacity = 2,
        rate = "60/m",
    )
    ```

    **Host.** The machine has one phone on a cable, whatever user, workspace or Bazel server tests with it. All who
    write the same key mean the same phone, scripts too (`interlock lock`). The command `interlock host init` prepares
    the machine once:

    ```starlark
    resource_group(
        name = "phone",
        key = "acme/phone",
        scope = "host",
    )
    ```

    **Cluster.** A staging system that bears four tests of the whole company, on remote executors too. The machines
    find each other through a coordinator: [cluster.md](../design/cluster.md).

    ```starlark
    resource_group(
        name = "staging",
        capacity = 4,
        key = "acme/staging",
        scope = "cluster",
    )
    ```

    **Setup.** A server that does not run yet, and is started for the first case that needs it:

    ```starlark
    load("@rules_shell//shell:sh_binary.bzl", "sh_binary")

    resource_group(
        name = "redis",
        capacity = 2,
        env = {"REDIS_SOCKET": "{socket}"},
        setup = ":start_redis",
    )

    sh_binary(
        name = "start_redis",
        srcs = ["start_redis.sh"],
    )
    ```

    ```sh
    #!/bin/sh
    redis-server --port 0 --unixsocket "$TEST_TMPDIR/socket" >&2 &
    until [ -S "$TEST_TMPDIR/socket" ]; do
      kill -0 $! || exit 1
      sleep 0.01
    done
    printf '{"pid": %d, "resources": [{"socket": "%s"}]}' $! "$TEST_TMPDIR/socket"
    wait
    ```

    **Weights, readers and writers.** Who uses the group says how much of it, and whether together with others:

    ```starlark
    resource_group(
        name = "memory_gb",
        capacity = 16,
    )

    resource_group(name = "schema")

    grouped_test(
        name = "import_test",
        resource_groups = {
            ":memory_gb": ["*=4"],             # four units each
            ":schema": ["*=shared"],           # beside other readers, and no writer
        },
        test = ":import_bin",
    )

    grouped_test(
        name = "migration_test",
        resource_groups = {":schema": ["*"]},  # alone
        test = ":migration_bin",
    )
    ```

    **Errors** are reported when the target is analysed: a name, key, instance, variable, template or rate outside its
    grammar; a capacity below 1, above 1024, or other than the number of instances; a scope that does not exist or is a
    `select()`; a scope without the key that it needs, or with one that it does not; a setup together with a rate.

    Args:
      name: Name of the target: a letter, digit or `_`, then letters, digits and any of `_.+~/-`, since tags and flags
        carry it.
      capacity: How many units test cases may hold at once: 1 to 1024. With instances, their number; else 1 by default.
        In scope `"cluster"` one case holds at most 100 of them.
      scope: Among which test cases the capacity and the rate hold:

        - `"process"`: those of one test process, that is of one shard of one target.
        - `"build"`, the default: those of all tests that one Bazel server runs on this machine, whatever their
          configurations.
        - `"host"`: those of every Bazel server and user of this machine, and whatever else takes the group there.
        - `"cluster"`: those of every machine that has the same coordinator. A test that finds none fails.

        Tests that use a group of scope `"build"` or `"host"` do not run on remote executors (`no-remote-exec`). Those
        that use one of scope `"cluster"` run anywhere, with the network (`requires-network`), and by another runner,
        which carries the coordinator's client.
      key: What identifies a group of scope `"host"` or `"cluster"`, which need one, while the others take none: 1 to
        200 printable ASCII characters without spaces, in parts that `/` separates and none of which is empty, such as
        `"acme/staging"`. All who use a key at one time have to give it the same capacity, rate and instances, and have
        a setup or not, or fail.
      instances: List of names of the units, each of which has one holder at a time: a letter, digit or `_`, then
        letters, digits and any of `_.-`. None by default: then the units are numbers only.
      env: Dictionary of environment variables for cases that hold units of the group, over those of the test. In a
        value, `{index}` is the number of the unit, from 0, `{instance}` its name, if there are instances, and with a
        `setup` any other `{name}` is what that printed under this name; `{{` and `}}` are braces. A case that holds
        several units gets a value for each, with commas in between; one that shares the group (`=shared`) gets none.
        Variables that Bazel or the runner sets (`TEST_*`, `INTERLOCK_*`, ...) cannot be set here, and two groups of
        one test cannot set the same one.
      rate: How many cases that take the group may start in a window of time: `"STARTS/WINDOW"`, with 1 to 10000 starts,
        and a window of a second to a day that is a number, 1 if it is left out, and `s`, `m` or `h`: `"60/m"`,
        `"20/30s"`. Retries count, and starts of cases that crashed. All groups with a rate that one test uses have to
        be of one scope. No limit by default.
      setup: Label of an executable that starts what a unit of the group is, as [instances.md](../guide/instances.md) says. It is
        built for the platform that tests run on, and started before the first case of a test process that needs the
        unit; what it has started is ended when another process wants the unit, and at the latest with the tests. If it
        fails, cases that need it are errors. The group cannot be shared then. None by default.
      setup_timeout: How many seconds `setup` may take to print its answer: 1 or more, and 60 by default.
      **kwargs: What every target takes: `visibility`, `tags`, `testonly`, `target_compatible_with` and so on.
    """
    errors = []
    if type(scope) == "select":
        scope = DEFAULT_SCOPE
        errors.append("scope is a select(), but a group cannot be another thing from one configuration to the " +
                      "next. Write one scope; an alias to one of two groups takes a select() for its actual.")
    _resource_group(
        name = name,
        capacity = capacity,
        env = env,
        errors = errors,
        instances = instances,
        key = key,
        rate = rate,
        # So that nobody else has to fetch and build it.
        runner = _CLUSTER_RUNNER if scope == "cluster" else None,
        scope = scope,
        setup = setup,
        setup_timeout = setup_timeout,
        **kwargs
    )
