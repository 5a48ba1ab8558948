"""Resource groups as execution properties, `resources:NAME`, for executors and Bazels that count them."""

load("//rules/private/group:local_resources.bzl", "resource_requirement")
load(":uses.bzl", "weight_of_all")

visibility("//rules/...")

# Of the test action, and of no other action of the target. The part before the first dot is all that Bazel takes for
# an exec group, so the name of a group may have dots.
_EXEC_GROUP = "test."

def resource_properties(resource_groups):
    """The properties of a test whose every case takes units of some groups exclusively.

    The macro that sets them knows labels and no scopes, and not what an alias stands for.

    Args:
      resource_groups: dict of Label to str, a JSON list of uses.

    Returns:
      dict of str to str.
    """
    properties = {}
    for label, text in resource_groups.items():
        units = weight_of_all([struct(**use) for use in json.decode(text)])
        if units:
            name, _, amount = resource_requirement(label, units = units).rpartition(":")
            properties[_EXEC_GROUP + name] = amount
    return properties

def with_resource_properties(exec_properties, resource_groups):
    """Adds the properties to those that the user gave, if the build setting says so.

    Args:
      exec_properties: dict or select of the user; None for none.
      resource_groups: as in `resource_properties`.

    Returns:
      what the rule gets; None for none.
    """
    properties = resource_properties(resource_groups)
    if not properties:
        return exec_properties
    return (exec_properties or {}) | select({
        Label("//rules:with_resource_properties"): properties,
        "//conditions:default": {},
    })
