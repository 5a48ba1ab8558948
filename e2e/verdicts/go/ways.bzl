"""The ways in which a program of this folder runs, beside rules_go's own."""

load("@rules_go//go:def.bzl", rules_go_test = "go_test")
load("@rules_interlock//rules:defs.bzl", "grouped_test")
load("@rules_interlock//rules:go.bzl", "go_test")

def program(*, srcs, group, kind = "", workers = [0, 1, 4], by_go_test = True, sharded = False):
    """Declares `plain_KIND_test`, of rules_go, and what Interlock makes of the same program.

    Those are `wN_KIND_test` for each number of workers, `grp_KIND_test`, all of whose cases hold a group, and perhaps
    `sharded_KIND_test`.

    Args:
      srcs: sources of the test.
      group: str, label of a group.
      kind: str, what tells the program from others of its folder; empty for the only one.
      workers: list of int.
      by_go_test: bool, whether `grp_test` is made by the macro go_test, and not around the target of rules_go.
      sharded: bool.
    """
    suffix = "_{}_test".format(kind) if kind else "_test"
    plain = "plain" + suffix
    rules_go_test(name = plain, size = "small", srcs = srcs, tags = ["manual"])
    for count in workers:
        around(name = "w{}{}".format(count, suffix), test = plain, workers = count)
    if by_go_test:
        go_test(
            name = "grp" + suffix,
            size = "small",
            srcs = srcs,
            resource_groups = {group: ["*"]},
            tags = ["manual"],
        )
    else:
        around(name = "grp" + suffix, test = plain, resource_groups = {group: ["*"]})
    if sharded:
        around(name = "sharded" + suffix, test = plain, shard_count = 2, workers = 1)

def around(*, name, test, **kwargs):
    """Declares a grouped test around a target of rules_go in this package.

    Args:
      name: str.
      test: str, name of the target.
      **kwargs: as for `grouped_test`.
    """
    grouped_test(
        name = name,
        size = "small",
        framework = "go",
        tags = ["manual"],
        test = ":" + test,
        **kwargs
    )
