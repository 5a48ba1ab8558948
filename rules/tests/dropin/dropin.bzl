"""One Go test as rules_go runs it and as we do."""

load("//rules:defs.bzl", "resource_group")
load("//rules:go.bzl", "go_test")

visibility("private")

_SETTINGS = {
    "group": {"resource_groups": {":group": ["TestE*"]}},
    "rules_go": {},
    "shards": {"shard_count": 2, "workers": 0},
    "workers": {"cpus": 2, "workers": "auto"},
}

_FOLDERS = {
    "dropin": None,
    "rules": "rules",
}

def dropin_test_suite(name):
    """Declares the tests; all have to pass.

    Args:
      name: Name of the test suite.
    """
    tests = []
    resource_group(name = "group", scope = "process")
    for case, settings in _SETTINGS.items():
        for folder, rundir in _FOLDERS.items():
            test = "{}_in_{}_test".format(case, folder)
            go_test(
                name = test,
                size = "small",
                srcs = ["dropin_test.go"],
                args = ["-file=$(location data.txt)", "'-word=two words'"],
                data = ["data.txt"],
                env = {
                    "FILE_OF_THE_TEST": "$(location data.txt)",
                    "FOLDER_OF_THE_TEST": folder,
                    "OF_THE_TEST": "a  b",
                },
                rundir = rundir,
                # Named after the target, for want of an importpath.
                x_defs = {"rules/tests/dropin/{}_test.defined".format(test): "defined"},
                **settings
            )
            tests.append(test)
    native.test_suite(name = name, tests = tests)
