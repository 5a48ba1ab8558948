"""Programs that a seed describes, as rules_go runs them and as Interlock does."""

load("@rules_go//go:def.bzl", rules_go_test = "go_test")
load("@rules_interlock//rules:defs.bzl", "grouped_test")

# Packages are initialised in the order of their paths, but for those that have to be first.
_BEFORE_THE_HOOK = "example.com/programs"

# What is different about each target of ours.
_WAYS = {
    "grouped": dict(resource_groups = {":group": ["*"]}),
    "in_order": dict(workers = 0),
    "one_worker": dict(workers = 1),
    "sharded": dict(shard_count = 2, workers = 4),
}

def programs(seeds):
    """Declares for each seed `plain_SEED_test` and one target for each way in which Interlock can run it.

    Args:
      seeds: list of int.
    """
    rules_go_test(
        name = "program_test",
        size = "small",
        srcs = ["program_test.go"],
        importpath = _BEFORE_THE_HOOK,
        tags = ["manual"],
    )
    for seed in seeds:
        rules_go_test(
            name = "plain_{}_test".format(seed),
            size = "small",
            srcs = ["program_test.go"],
            importpath = _BEFORE_THE_HOOK,
            # So its test.xml has what becomes of each case.
            env = {
                "GO_TEST_WRAP_TESTV": "1",
                "SEED": str(seed),
            },
        )
        for way, attributes in _WAYS.items():
            grouped_test(
                name = "{}_{}_test".format(way, seed),
                size = "small",
                env = {"SEED": str(seed)},
                framework = "go",
                test = ":program_test",
                **attributes
            )
