"""Which attributes belong to the target of the language's own rule, and which to the grouped test around it."""

visibility("//rules/...")

# What a user sees of a test: Bazel takes it from the grouped test alone.
_OF_THE_TEST = [
    "args",
    "deprecation",
    "flaky",
    "local",
    "shard_count",
    "size",
    "timeout",
    "visibility",
]

# What both have to agree on.
_OF_BOTH = [
    "applicable_licenses",
    "compatible_with",
    "exec_compatible_with",
    "exec_group_compatible_with",  # of Bazel 8.1 and later
    "exec_properties",
    "features",
    "package_metadata",
    "restricted_to",
    "target_compatible_with",
    "testonly",
    "toolchains",
]

# Tags that say how to build and run. Not `cpu:` and `resources:`, which would hold back the compiler.
_EXECUTION_TAG = ("block-", "disable-", "no-", "requires-", "supports-")
_LOCAL = "local"

def inner_name(name):
    """The name of the language's own target in a grouped test."""
    return name + "_ungrouped"

def inner_attributes(*, name, tags, attributes):
    """The attributes of the language's own target.

    Args:
      name: str, the grouped test's.
      tags: list of str, the grouped test's; anything else counts as none.
      attributes: dict, all others that the user gave.

    Returns:
      dict.
    """
    inner = {key: value for key, value in attributes.items() if key not in ("deprecation", "visibility")}
    return inner | {
        "name": inner_name(name),
        "tags": ["manual"] + _execution_tags(tags),
        "visibility": ["//visibility:private"],
    }

def outer_attributes(attributes):
    """The attributes of the grouped test, of those that the user gave.

    Args:
      attributes: dict.

    Returns:
      dict.
    """
    outer = {key: attributes[key] for key in _OF_THE_TEST + _OF_BOTH if key in attributes}
    if outer.get("args") and "data" in attributes:
        # All of it is among the inner target's runfiles; this is for $(location) in args.
        outer["data"] = attributes["data"]
    return outer

def _execution_tags(tags):
    if type(tags) not in ("list", "tuple"):
        return []
    return [tag for tag in tags if tag == _LOCAL or tag.startswith(_EXECUTION_TAG)]
