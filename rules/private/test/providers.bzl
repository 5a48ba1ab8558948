"""What grouped tests tell, and ask of the rules that they wrap."""

visibility("//rules/...")

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
