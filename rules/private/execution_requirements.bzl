"""What a grouped test asks of whatever executes it."""

visibility("//rules/...")

# Scopes whose locks are the kernel's, and so exclude only on one machine.
_ONE_MACHINE = ["build", "host"]

def execution_requirements(scopes):
    """Requirements for `testing.ExecutionInfo`.

    Args:
      scopes: list of str, the scopes of the test's groups.

    Returns:
      dict of str to str.
    """

    # Without it Ctrl-C kills the runner outright, which then can neither stop its children nor report.
    requirements = {"supports-graceful-termination": ""}
    if any([scope in _ONE_MACHINE for scope in scopes]):
        requirements["no-remote-exec"] = ""
    return requirements
