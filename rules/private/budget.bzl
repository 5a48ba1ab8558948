"""How long a test may run, apart from its waiting."""

visibility("//rules/...")

_SECONDS = {
    "short": 60,
    "moderate": 300,
    "long": 900,
    "eternal": 3600,
}

_TIMEOUT_OF_SIZE = {
    "small": "short",
    "medium": "moderate",
    "large": "long",
    "enormous": "eternal",
}

def budget_errors(*, size, timeout):
    """Lists what is wrong with a size and a timeout.

    Args:
      size: str or None.
      timeout: str or None.

    Returns:
      list of str.
    """
    errors = []
    if size != None and size not in _TIMEOUT_OF_SIZE:
        errors.append(_unknown(attribute = "size", value = size, known = _TIMEOUT_OF_SIZE))
    if timeout != None and timeout not in _SECONDS:
        errors.append(_unknown(attribute = "timeout", value = timeout, known = _SECONDS))
    return errors

def running_budget_seconds(*, size, timeout):
    """Seconds that a valid size and timeout allow, by Bazel's own table.

    Args:
      size: str or None, which means `medium`.
      timeout: str or None, which means that of the size.

    Returns:
      int.
    """
    return _SECONDS[timeout or _TIMEOUT_OF_SIZE[size or "medium"]]

def _unknown(*, attribute, value, known):
    return "{} = {} does not exist. Use one of {}.".format(
        attribute,
        repr(value),
        ", ".join([repr(name) for name in known]),
    )
