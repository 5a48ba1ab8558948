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
        health = None,
        reset = None,
        idle_timeout = None,
        **kwargs):
    """Declares a scarce resource, such as a database or a port, that only so many test cases may use at once.

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

    resource_group(
        name = "postgres",
        # A case that holds the group finds, say, PGDATABASE=shop_b and PGPORT=5431.
        env = {
            "PGDATABASE": "{instance}",
            "PGPORT": "543{index}",
        },
        instances = ["shop_a", "shop_b"],
    )
    ```

    The target is the resource. Its `visibility` says which packages may use it, and
    `bazel query 'rdeps(//..., //resources:db)'` lists the tests that do (not with `--notool_deps`).

    Every attribute but `scope` takes a `select()`. Bazel resolves it in the *exec* configuration, where the group
    lives. So select by a platform constraint, or by a build setting with `scope = "universal"`.

    Any group also sets variables for the cases that hold it, such as `INTERLOCK_SLOT_POSTGRES=1` and
    `INTERLOCK_POSTGRES_INSTANCE=shop_b`. Mistakes are reported when Bazel analyses the target.

    Args:
      name: Name of the target: a letter, digit or `_`, then letters, digits and any of `_.+~/-`, since tags and flags
        carry it.
      capacity: How many units test cases may hold at once: 1 to 1024. 1 by default, and with instances their number. In
        scope `"cluster"` one case holds at most 100 of them.
      scope: Among which test cases the capacity and the rate hold:

        - `"process"`: those of one test process, that is of one shard of one target.
        - `"build"`: those of all tests that one Bazel server runs on this machine, whatever their configurations.
        - `"host"`: those of every Bazel server and user of this machine, and scripts under `interlock lock`.
          `interlock host init` prepares the machine once.
        - `"cluster"`: those of every machine that has the same [coordinator](../design/cluster.md). A test that finds none fails.

        Tests with a group of scope `"build"` or `"host"` do not run on remote executors (`no-remote-exec`). Those with
        one of scope `"cluster"` run anywhere, with the network (`requires-network`). They have a larger runner, which
        carries the coordinator's client.
      key: The identity of a group of scope `"host"` or `"cluster"`, such as `"acme/staging"`. The other scopes take
        none. It has 1 to 200 printable ASCII characters without spaces, in parts that `/` separates and none of which
        is empty. All groups with one key need the same capacity, rate and instances, and all or none of them a setup.
      instances: List of names of the units: a letter, digit or `_`, then letters, digits and any of `_.-`. Each unit
        then has one holder at a time. By default units have numbers only.
      env: Dictionary of environment variables for cases that hold units of the group, over those of the test. In a
        value, `{index}` is the number of the unit, from 0, and `{instance}` its name. With a `setup`, `{port}` is a free
        TCP port that stays reserved for what the setup starts, and any other `{name}` is what the setup printed under
        this name. The setup finds the variables that need only `{index}`, `{instance}` and `{port}`. If it prints a
        `port` itself, cases get that one. Write `{{` and `}}` for braces. A case that holds several units gets their
        values with commas in between; a case that shares the group gets none. Variables that Bazel or the runner sets
        (`TEST_*`, `INTERLOCK_*`, ...) are refused, and so are two groups of one test that set the same one.
      rate: How many cases that take the group may start in any window of time: `"STARTS/WINDOW"`, such as `"60/m"` or
        `"20/30s"`. There are 1 to 10000 starts. The window is a number, 1 if left out, with `s`, `m` or `h`; it is a
        second to a day long. Retries and crashed cases count. All groups with a rate that one test uses need one scope.
        No limit by default, and not together with a `setup`.
      setup: Label of a program that starts what a unit of the group is: an executable target or an executable file.
        [instances.md](../guide/instances.md) says what it has to do. Bazel builds it for the platform that tests run on. The
        runner starts it before the first case of a test process that needs the unit, and ends what it has started when
        another process wants the unit, or with the tests. If it fails, cases that need it are errors. A group with a
        setup cannot be shared.
      setup_timeout: How many seconds it may take until `setup` has printed its answer and `health` passes, at least 1.
      health: Label of a program, as for `setup`, that ends with exit code 0 if an instance works. It finds the variables
        of a case that holds the unit. When the setup has answered, the runner runs it again and again until it passes or
        the `setup_timeout` is over. It also runs it before a kept instance is handed to another holder
        ([services.md](../guide/services.md)). Only with a `setup`.
      reset: Label of a program, as for `setup`, that puts an instance back into its first state. It finds the variables
        that `health` finds, and runs before a kept instance is handed to another holder. Only with a `setup`.
      idle_timeout: How many seconds `interlock services up` keeps an instance that nobody uses, at least 0 and by default
        600. With 0 an instance is never handed from one test process to another. Only with a `setup`.
      **kwargs: What every target takes: `visibility`, `tags`, `testonly`, `target_compatible_with` and so on.
    """
    errors = []
    if type(scope) == "select":
        scope = DEFAULT_SCOPE
        errors.append("scope is a select(), but a group cannot be another thing from one configuration to the " +
                      "next.\nhint: write one scope; an alias to one of two groups takes a select() for its actual.")
    _resource_group(
        name = name,
        capacity = capacity,
        env = env,
        errors = errors,
        health = health,
        idle_timeout = idle_timeout,
        instances = instances,
        key = key,
        rate = rate,
        reset = reset,
        # So that nobody else has to fetch and build it.
        runner = _CLUSTER_RUNNER if scope == "cluster" else None,
        scope = scope,
        setup = setup,
        setup_timeout = setup_timeout,
        **kwargs
    )
