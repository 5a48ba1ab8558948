"""What the rules know of a runner."""

visibility("//rules/...")

RunnerInfo = provider(
    doc = "A program that runs grouped tests.",
    fields = {
        "executable": "File.",
        "runfiles": "runfiles of the executable.",
    },
)
