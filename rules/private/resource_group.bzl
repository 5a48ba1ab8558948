"""The rule `resource_group`."""

load(":lock_files.bzl", "lock_file_names")
load(":names.bzl", "GROUP_NAME_GRAMMAR", "group_name_error")
load(":providers.bzl", "ResourceGroupInfo")

visibility("//rules/...")

_SCOPES = ["process", "build"]
_FUTURE_SCOPES = ["host", "cluster"]

# One file and one lock attempt per unit; more units than this are no longer a scarce resource.
_MAX_CAPACITY = 1024

_LOCK_FILE_CONTENT = """\
# Lock of the resource group {label} of rules_interlock: {part}. Tests lock this file with flock(2) while \
they use the group; its content means nothing.
"""

def resource_group_error(*, name, capacity, scope, key):
    """Says what is wrong with the attributes of a resource group.

    Args:
      name: str, target name.
      capacity: int.
      scope: str.
      key: str, empty for none.

    Returns:
      (attribute, message), both str, or None.
    """
    problem = group_name_error(name)
    if problem:
        return "name", ("{} cannot be the name of a resource group, because it {}, and tags and flags carry " +
                        "the name. Use {}.").format(repr(name), problem, GROUP_NAME_GRAMMAR)
    if scope in _FUTURE_SCOPES:
        return "scope", ("scope = {} does not exist yet. Use scope = \"build\", which covers the tests of one " +
                         "Bazel server on one machine.").format(repr(scope))
    if scope not in _SCOPES:
        return "scope", "scope = {} does not exist. Use one of {}.".format(
            repr(scope),
            ", ".join([repr(known) for known in _SCOPES]),
        )
    if capacity < 1:
        return "capacity", ("capacity = {} would let no test run, ever. Use 1 for a resource that one case " +
                            "uses at a time, or more.").format(capacity)
    if capacity > _MAX_CAPACITY:
        return "capacity", ("capacity = {} is more than {}, and each unit is a file. Use a smaller capacity, or " +
                            "no group at all for what is that plentiful.").format(capacity, _MAX_CAPACITY)
    if key:
        return "key", ("key = {} has no meaning here, because the label alone identifies a group of scope {}. " +
                       "Remove the key.").format(repr(key), repr(scope))
    return None

def _resource_group_impl(ctx):
    error = resource_group_error(
        name = ctx.label.name,
        capacity = ctx.attr.capacity,
        scope = ctx.attr.scope,
        key = ctx.attr.key,
    )
    if error:
        attribute, message = error
        fail("resource_group {}: {}".format(ctx.label, message), attr = attribute)

    units = []
    turnstile = None
    if ctx.attr.scope == "build":
        names = lock_file_names(name = ctx.label.name, capacity = ctx.attr.capacity)
        units = [
            _lock_file(ctx, name = name, part = "unit {} of {}".format(index, ctx.attr.capacity))
            for index, name in enumerate(names.units)
        ]
        turnstile = _lock_file(ctx, name = names.turnstile, part = "the turnstile, where its waiters queue")

    return [
        DefaultInfo(files = depset(units + ([turnstile] if turnstile else []))),
        ResourceGroupInfo(
            label = ctx.label,
            name = ctx.label.name,
            scope = ctx.attr.scope,
            capacity = ctx.attr.capacity,
            key = ctx.attr.key,
            units = units,
            turnstile = turnstile,
        ),
    ]

# Written by Bazel itself and never by a spawn: the locks work only on the very file in the output folder,
# and what a remote spawn makes is fetched anew, as another file.
def _lock_file(ctx, *, name, part):
    file = ctx.actions.declare_file(name)
    ctx.actions.write(file, _LOCK_FILE_CONTENT.format(label = ctx.label, part = part))
    return file

resource_group = rule(
    implementation = _resource_group_impl,
    doc = """\
Declares a scarce resource, such as a database or a port, that only so many test cases may use at once.

The target is the resource: its `visibility` says which packages may use it, and
`bazel query 'rdeps(//..., //resources:db)'` lists the tests that do (not with `--notool_deps`).

```starlark
# resources/BUILD.bazel
resource_group(
    name = "db",
    capacity = select({
        "//conditions:default": 1,
        "//:big_database": 4,
    }),
    visibility = ["//visibility:public"],
)
```

The name is a letter, digit or `_`, then letters, digits and any of `_.+~/-`, since tags and flags carry it.

**Errors** (of this target): a name outside that grammar; a capacity below 1 or above 1024; a scope that
does not exist; a key for a scope that takes none.
""",
    attrs = {
        "capacity": attr.int(
            default = 1,
            doc = """\
How many test cases may hold the group at once: 1 to 1024, 1 by default. A `select()` here is resolved in
the *exec* configuration, because that is where the group lives, so select by a platform constraint or by a
build setting with `scope = "universal"`.""",
        ),
        "key": attr.string(
            doc = "Identity of a group of scope `host` or `cluster`, which do not exist yet; an error for the others.",
        ),
        "scope": attr.string(
            default = "build",
            doc = """\
Among which test cases the capacity holds:

- `"process"`: those of one test process, that is of one shard of one target.
- `"build"`, the default: those of all tests that one Bazel server runs on this machine, whatever their
  configurations. Tests that use such a group do not run on remote executors (`no-remote-exec`).

`"host"` (every Bazel server and user of this machine) and `"cluster"` (every machine) do not exist yet and
are errors.""",
        ),
    },
    provides = [ResourceGroupInfo],
)
