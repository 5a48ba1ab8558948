"""Where the pages of the reference are."""

visibility(["//docs/...", "//rules/...", "//tools/..."])

PAGES = ["rules", "rules_go", "rules_python"]

def page_file(page):
    """Path of a page, relative to the package //docs and so to its folder."""
    return "reference/" + page + ".md"
