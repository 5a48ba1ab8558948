"""The providers by which the rules of this folder talk to one another."""

visibility("//rules/...")

ResourceGroupInfo = provider(
    doc = "What a `resource_group` tells the tests that use it; its lock files and runfiles are in `DefaultInfo`.",
    fields = {
        "capacity": "int: how many units of the group test cases may hold at once.",
        "env": "dict of str to str: variables for the cases that hold the group, as templates.",
        "instances": "list of str: names of the units; empty if they have none.",
        "key": "str: identity of a `host` or `cluster` group; empty for the other scopes.",
        "label": "Label: the group itself, whatever alias it was reached by.",
        "name": "str: the group's target name.",
        "rate": "str: how many cases may start in a window of time, such as `60/m`; empty for any number.",
        "runner": "RunnerInfo: the runner that tests of the group need, or None where any will do.",
        "scope": "str: `process`, `build`, `host` or `cluster`.",
        "setup": "struct with `program` (File) and `timeout_seconds` (int), or None if nothing has to be started.",
        "turnstile": "File that waiters queue on, or None where the scope needs no files.",
    },
)

RunnerInfo = provider(
    doc = "A program that runs grouped tests.",
    fields = {
        "executable": "File.",
        "runfiles": "runfiles of the executable.",
    },
)

LocalResourcesInfo = provider(
    doc = "What Bazel has to be told for //rules:resource_tags; `interlock resources` reads it by this name.",
    fields = {
        "flags": "list of str: one `--local_resources` for each group that every case of the test holds.",
    },
)

HookedGoTestInfo = provider(
    doc = "A test of rules_go, linked once more with the hook by which it tells the runner what its cases do.",
    fields = {
        "cases": "File: the names of its cases, one a line, in the order in which it runs them.",
        "executable": "File.",
    },
)

InnerTestInfo = provider(
    doc = "What a `grouped_test` has to know of the rule behind its `test`.",
    fields = {
        "kind": "str: the rule's name, such as `sh_test`.",
        "label": "Label: the rule itself, whatever alias it was reached by.",
        "manual": "bool: whether wildcard patterns such as `//...` skip it.",
    },
)
