"""How long a case may run, and how often it is tried again."""

visibility("//rules/...")

_MOST_RETRIES = 10

def attempt_settings(*, case_timeout, retries):
    """Checks the two.

    Args:
      case_timeout: int as the user gave it, unchecked; None for none.
      retries: the same.

    Returns:
      struct with `case_timeout_seconds` (int, 0 for none), `retries` (int) and `errors` (list of str).
    """
    errors = []
    if case_timeout != None and not _is_whole(case_timeout):
        errors.append(("case_timeout = {} is not a number of seconds. Write a whole number, 1 or more, or 0 for " +
                       "no timeout.").format(repr(case_timeout)))
    if retries != None and not (_is_whole(retries) and retries <= _MOST_RETRIES):
        errors.append("retries = {} is not a number of retries. Write a whole number, 0 to {}.".format(
            repr(retries),
            _MOST_RETRIES,
        ))
    return struct(
        case_timeout_seconds = 0 if errors else case_timeout or 0,
        errors = errors,
        retries = 0 if errors else retries or 0,
    )

def _is_whole(number):
    return type(number) == "int" and number >= 0
