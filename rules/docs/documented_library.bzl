"""A public .bzl file: its library, and its page of the reference."""

load("@bazel_skylib//:bzl_library.bzl", "bzl_library")
load("@bazel_skylib//rules:diff_test.bzl", "diff_test")
load("@bazel_skylib//rules:run_binary.bzl", "run_binary")
load(":attribute_docs.bzl", "attribute_docs")
load(":pages.bzl", "page_file")

visibility("//rules/...")

# rules_go loads it, and does not say so to bzl_library.
_OF_RULES_GO = "@rules_cc//cc/common"

def documented_library(*, name, page, title, macros, deps):
    """Declares a public library, and a test that its page says what the docstrings and the table of attributes say.

    Args:
      name: Name of the library, whose file is NAME.bzl.
      page: Name of the page without `.md`; `//tools:format` writes it.
      title: Title of the page.
      macros: List of the macros in it whose attributes are in //rules/private/test:attributes.bzl.
      deps: As for bzl_library.
    """
    bzl_library(
        name = name,
        srcs = [name + ".bzl"],
        visibility = ["//visibility:public"],
        deps = deps,
    )

    # In the repository of a user there is nothing to write or to test.
    if native.package_relative_label(name).repo_name:
        return
    native.starlark_doc_extract(
        name = name + "_extract",
        src = name + ".bzl",
        deps = [":" + name, _OF_RULES_GO],
    )
    attribute_docs(
        name = name + "_attributes",
        macros = macros,
    )
    run_binary(
        name = name + "_markdown",
        srcs = [name + "_extract.textproto", ":" + name + "_attributes"],
        outs = [page + ".generated.md"],
        args = [
            title,
            "$(execpath {}_extract.textproto)".format(name),
            "$(execpath :{}_attributes)".format(name),
            "$(execpath {}.generated.md)".format(page),
        ],
        tool = "//tools/docgen",
        visibility = ["//tools:__pkg__"],
    )
    diff_test(
        name = name + "_docs_test",
        failure_message = "docs/{} is not what the docstrings say. Run: bazel run //tools:format".format(
            page_file(page),
        ),
        file1 = "//docs:" + page_file(page),
        file2 = page + ".generated.md",
    )
