"""The program that starts what a unit of a resource group is."""

visibility("//rules/...")

def setup_errors(*, has_setup, timeout_seconds, rate):
    """Says what is wrong with a setup.

    Args:
      has_setup: bool.
      timeout_seconds: int.
      rate: str, empty for none.

    Returns:
      list of str.
    """
    errors = []
    if has_setup and rate:
        errors.append(("setup and rate = {} do not go together: a case that was counted must not wait for " +
                       "anything to be started before it begins.\nhint: use two groups.").format(repr(rate)))
    if timeout_seconds < 1:
        errors.append(("setup_timeout = {} leaves no time to start anything.\nhint: write a number of seconds, " +
                       "1 or more.").format(timeout_seconds))
    return errors
