"""What a grouped test asks of whatever executes it."""

load("//rules/private/group:local_resources.bzl", "resource_requirement")
load(":uses.bzl", "weight_of_all")

visibility("//rules/...")

# Scopes whose locks are the kernel's, and so exclude only on one machine.
_ONE_MACHINE = ["build", "host"]

def execution_requirements(groups, *, resource_tags = False):
    """Requirements for `testing.ExecutionInfo`.

    Args:
      groups: list, as `resolved_groups` returns it.
      resource_tags: bool, whether Bazel is to schedule by groups too.

    Returns:
      dict of str to str.
    """

    # Without it Ctrl-C kills the runner outright, which then can neither stop its children nor report.
    requirements = {"supports-graceful-termination": ""}
    if any([group.info.scope in _ONE_MACHINE for group in groups]):
        requirements["no-remote-exec"] = ""
    if any([group.info.scope == "cluster" for group in groups]):
        # Where sandboxes have no network by default, the coordinator would be out of reach.
        requirements["requires-network"] = ""
    if resource_tags:
        requirements |= {
            resource_requirement(group.info.label, units = weight_of_all(group.cases)): ""
            for group in schedulable_groups(groups)
        }
    return requirements

def schedulable_groups(groups, *, anywhere = False):
    """Those that a test cannot do anything without: a process needs them from its first case to its last.

    Not those that all cases share: Bazel knows no shared use, and would keep readers apart. Those with a rate
    too: their capacity says as before how many can do something at once, and who waits for the rate is best
    not started.

    Args:
      groups: as in `execution_requirements`.
      anywhere: bool, whether to add groups whose locks are not those of one machine, as `resource_properties` does.

    Returns:
      list of those among them.
    """
    return [
        group
        for group in groups
        if (anywhere or group.info.scope in _ONE_MACHINE) and weight_of_all(group.cases)
    ]
