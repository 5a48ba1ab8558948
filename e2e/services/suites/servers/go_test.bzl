"""The macro that Gazelle writes for tests: it is ours, with the servers that the tests of a package need."""

load("@rules_interlock//rules:go.bzl", _go_test = "go_test")
load(":packages.bzl", "GROUPS", "WORKERS")

def go_test(*, name, **kwargs):
    """Runs the tests of a package, each with a server if they need one.

    Args:
      name: Name that Gazelle gives. The target's name is `test`.
      **kwargs: What else Gazelle writes.
    """
    kwargs.pop("data", None)
    group = GROUPS.get(native.package_name())
    _go_test(
        name = "test",
        size = "large",
        # A test may read what lies in its folder.
        data = native.glob(
            ["*", "testdata/**"],
            allow_empty = True,
            exclude = ["BUILD.bazel", "x.test"],
        ),
        resource_groups = {group: ["*"]} if group else {},
        workers = WORKERS,
        **kwargs
    )
