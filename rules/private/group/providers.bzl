"""What a resource group tells the tests that use it."""

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
        "setup": "struct with `program` (File), `timeout_seconds` (int), `files` (File that lists what the programs " +
                 "need, one runfiles path a line), `idle_timeout_seconds` (int), `health` and `reset` (File, or None " +
                 "for none), or None if nothing has to be started.",
        "queue": "File that waiters queue on, or None where the scope needs no files.",
    },
)
