"""Where the pages of the reference are."""

visibility(["//docs/...", "//rules/...", "//tools/..."])

# The folder, below the root of the repository, and a package.
PAGES_FOLDER = "docs"

PAGES = ["rules", "rules_go", "rules_python"]
