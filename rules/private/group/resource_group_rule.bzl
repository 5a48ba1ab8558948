"""The rule behind the macro `resource_group`: it checks what the group is, and writes its lock files."""

load("//rules/private/messages:mistakes.bzl", "fail_for")
load("//rules/private/runner:providers.bzl", "RunnerInfo")
load(":capacity.bzl", "NO_CAPACITY", "unit_settings")
load(":environment.bzl", "group_environment_errors")
load(":keys.bzl", "key_errors")
load(":lock_files.bzl", "lock_file_names")
load(":names.bzl", "GROUP_NAME_GRAMMAR", "group_name_error")
load(":providers.bzl", "ResourceGroupInfo")
load(":rates.bzl", "rate_errors")
load(":scopes.bzl", "scope_errors")
load(":setup_files.bzl", "write_setup_files")
load(":setups.bzl", "NO_IDLE_TIMEOUT", "setup_settings")

visibility("//rules/...")

_LOCK_FILE_CONTENT = """\
# Lock of the resource group {label} of rules_interlock: {part}. Tests lock parts of this file with fcntl(2) while \
they use the group; its content means nothing.
"""

def _resource_group_impl(ctx):
    units = unit_settings(capacity = ctx.attr.capacity, instances = ctx.attr.instances)
    errors = ctx.attr.errors + _name_errors(ctx.label.name) + _scope_and_key_errors(ctx.attr) + units.errors
    errors += rate_errors(ctx.attr.rate)
    errors += group_environment_errors(
        env = ctx.attr.env,
        has_instances = bool(ctx.attr.instances),
        has_setup = bool(ctx.attr.setup),
    )
    settings = setup_settings(
        has_setup = bool(ctx.attr.setup),
        has_health = bool(ctx.attr.health),
        has_reset = bool(ctx.attr.reset),
        timeout_seconds = ctx.attr.setup_timeout,
        idle_timeout_seconds = ctx.attr.idle_timeout,
        rate = ctx.attr.rate,
    )
    errors += settings.errors
    fail_for(ctx.label, errors)

    queue = None
    lock_files = []
    if ctx.attr.scope == "build":
        names = lock_file_names(ctx.label.name)
        queue = _lock_file(ctx, name = names.queue, part = "the queue of its waiters")
        lock_files = [queue, _lock_file(ctx, name = names.units, part = "its units")]

    runfiles = ctx.runfiles(files = lock_files)
    setup = None
    if ctx.attr.setup:
        needed = _runfiles_of_programs(ctx)
        files = write_setup_files(ctx, runfiles = needed)
        runfiles = ctx.runfiles(files = lock_files + [files]).merge(needed)
        setup = struct(
            program = ctx.executable.setup,
            timeout_seconds = ctx.attr.setup_timeout,
            files = files,
            idle_timeout_seconds = settings.idle_timeout_seconds,
            health = ctx.executable.health,
            reset = ctx.executable.reset,
        )

    return [
        DefaultInfo(files = depset(lock_files), runfiles = runfiles),
        ResourceGroupInfo(
            label = ctx.label,
            name = ctx.label.name,
            scope = ctx.attr.scope,
            key = ctx.attr.key,
            capacity = units.capacity,
            rate = ctx.attr.rate,
            instances = ctx.attr.instances,
            env = ctx.attr.env,
            setup = setup,
            runner = ctx.attr.runner[RunnerInfo] if ctx.attr.runner else None,
            queue = queue,
        ),
    ]

def _name_errors(name):
    problem = group_name_error(name)
    return [
        ("{} cannot be the name of a resource group, because it {}, and tags and flags carry " +
         "the name.\nhint: use {}.").format(repr(name), problem, GROUP_NAME_GRAMMAR),
    ] if problem else []

# Which scope there is decides whether there has to be a key.
def _scope_and_key_errors(attr):
    return scope_errors(attr.scope) or key_errors(key = attr.key, scope = attr.scope)

# The programs themselves too: that of a genrule is not among its runfiles.
def _runfiles_of_programs(ctx):
    programs = [ctx.executable.setup, ctx.executable.health, ctx.executable.reset]
    targets = [ctx.attr.setup, ctx.attr.health, ctx.attr.reset]
    return ctx.runfiles(files = [program for program in programs if program]).merge_all(
        [target[DefaultInfo].default_runfiles for target in targets if target],
    )

# Written by Bazel itself and never by a spawn: the locks work only on the very file in the output folder,
# and what a remote spawn makes is fetched anew, as another file.
def _lock_file(ctx, *, name, part):
    file = ctx.actions.declare_file(name)
    ctx.actions.write(file, _LOCK_FILE_CONTENT.format(label = ctx.label, part = part))
    return file

# Not `cfg = "exec"`: tests have the group in the configuration of the platform that they run on, and the exec platform
# of that one might be another.
_PROGRAM = attr.label(
    allow_files = True,
    cfg = "target",
    executable = True,
)

resource_group = rule(
    implementation = _resource_group_impl,
    doc = "Declares a scarce resource. Use the macro of the same name.",
    attrs = {
        "capacity": attr.int(default = NO_CAPACITY),
        "env": attr.string_dict(),
        "errors": attr.string_list(doc = "Mistakes that the macro found."),
        "health": _PROGRAM,
        "idle_timeout": attr.int(default = NO_IDLE_TIMEOUT),
        "instances": attr.string_list(),
        "key": attr.string(),
        "rate": attr.string(),
        "reset": _PROGRAM,
        "runner": attr.label(
            doc = "The runner that tests of the group need, if not any will do.",
            providers = [RunnerInfo],
        ),
        "scope": attr.string(mandatory = True),
        "setup": _PROGRAM,
        "setup_timeout": attr.int(mandatory = True),
    },
    provides = [ResourceGroupInfo],
)
