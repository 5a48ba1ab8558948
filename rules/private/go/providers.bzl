"""What a Go test of rules_go tells the grouped test around it."""

visibility("//rules/...")

HookedGoTestInfo = provider(
    doc = "A test of rules_go, linked once more with the hook by which it tells the runner what its cases do.",
    fields = {
        "cases": "File: the names of its cases, one a line, in the order in which it runs them.",
        "executable": "File.",
    },
)
