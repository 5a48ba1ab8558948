"""The providers by which the rules of this folder talk to one another."""

visibility("//rules/...")

ResourceGroupInfo = provider(
    doc = "What a `resource_group` tells the tests that use it.",
    fields = {
        "capacity": "int: how many test cases may hold the group at once.",
        "key": "str: identity of a `host` or `cluster` group; empty for the other scopes.",
        "label": "Label: the group itself, whatever alias it was reached by.",
        "name": "str: the group's target name.",
        "scope": "str: `process` or `build`.",
        "turnstile": "File that waiters queue on, or None where the scope needs no files.",
        "units": "list of File: one lock file for each unit of capacity; empty where the scope needs none.",
    },
)

LocalResourcesInfo = provider(
    doc = "What Bazel has to be told for //rules:resource_tags; `interlock resources` reads it by this name.",
    fields = {
        "flags": "list of str: one `--local_resources` for each group that every case of the test holds.",
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
