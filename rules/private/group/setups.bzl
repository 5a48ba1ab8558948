"""The programs that start, check and reset what a unit of a resource group is."""

visibility("//rules/...")

# What the attribute `idle_timeout` is for those who give none: no time that anybody would write.
NO_IDLE_TIMEOUT = -1 << 31

_DEFAULT_IDLE_TIMEOUT = 600

def setup_settings(*, has_setup, has_health, has_reset, timeout_seconds, idle_timeout_seconds, rate):
    """Brings the attributes of a setup together.

    Args:
      has_setup: bool.
      has_health: bool.
      has_reset: bool.
      timeout_seconds: int.
      idle_timeout_seconds: int, `NO_IDLE_TIMEOUT` for none.
      rate: str, empty for none.

    Returns:
      struct with `idle_timeout_seconds` (int) and `errors` (list of str).
    """
    given = idle_timeout_seconds != NO_IDLE_TIMEOUT
    errors = []
    if has_setup and rate:
        errors.append(("setup and rate = {} do not go together: a case that was counted must not wait for " +
                       "anything to be started before it begins.\nhint: use two groups.").format(repr(rate)))
    if timeout_seconds < 1:
        errors.append(("setup_timeout = {} leaves no time to start anything.\nhint: write a number of seconds, " +
                       "1 or more.").format(timeout_seconds))
    if given and idle_timeout_seconds < 0:
        errors.append(("idle_timeout = {} is not a length of time.\nhint: write a number of seconds, 0 or more. " +
                       "With 0 an instance is never handed from one test process to another.").format(idle_timeout_seconds))
    if not has_setup:
        errors.extend(_without_setup_errors(
            health = has_health,
            reset = has_reset,
            idle_timeout = given,
        ))
    return struct(
        idle_timeout_seconds = idle_timeout_seconds if given else _DEFAULT_IDLE_TIMEOUT,
        errors = errors,
    )

def _without_setup_errors(**given):
    return [
        ("{0} is about what a setup has started, but the group has no setup.\n" +
         "hint: give it one, or remove {0}.").format(attribute)
        for attribute, is_given in given.items()
        if is_given
    ]
