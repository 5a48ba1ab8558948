"""How cases are run: the runner's options that a target sets by attributes.

The runner has more (`--interlock-help`), which a target sets in its `args`.
"""

load("//rules/private/messages:choices.bzl", "choice_errors")

visibility("//rules/...")

_MOST_RETRIES = 10

_LEAKS = ["report", "fail", "ignore"]

def option_settings(*, case_timeout, retries, leaks, strict_groups = None, allow_empty = None):
    """Checks the options.

    Args:
      case_timeout: int as the user gave it, in seconds, unchecked; None for none.
      retries: int, the same.
      leaks: str, the same.
      strict_groups: bool, the same.
      allow_empty: bool, the same.

    Returns:
      struct with `options` (dict of str to str, by the runner's names) and `errors` (list of str).
    """
    errors = []
    if case_timeout != None and not _is_whole(case_timeout):
        errors.append(("case_timeout = {} is not a number of seconds.\nhint: write a whole number, 1 or more, or 0 for " +
                       "no timeout.").format(repr(case_timeout)))
    if retries != None and not (_is_whole(retries) and retries <= _MOST_RETRIES):
        errors.append("retries = {} is not a number of retries.\nhint: write a whole number, 0 to {}.".format(
            repr(retries),
            _MOST_RETRIES,
        ))
    errors.extend(choice_errors(attribute = "leaks", value = leaks, known = _LEAKS))
    for attribute, value in {"strict_groups": strict_groups, "allow_empty": allow_empty}.items():
        if type(value) not in ("NoneType", "bool"):
            errors.append("{} = {} is neither True nor False.\nhint: write one of them.".format(attribute, repr(value)))
    if errors:
        return struct(errors = errors, options = {})
    options = {}
    if allow_empty:
        options["allow-empty"] = "on"
    if case_timeout:
        options["case-timeout"] = "{}s".format(case_timeout)
    if leaks:
        options["leaks"] = leaks
    if retries:
        options["retries"] = str(retries)
    if strict_groups:
        options["strict-groups"] = "on"
    return struct(errors = [], options = options)

def _is_whole(number):
    return type(number) == "int" and number >= 0
