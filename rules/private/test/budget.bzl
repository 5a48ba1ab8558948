"""How long a test may run, apart from its waiting."""

load("//rules/private/messages:choices.bzl", "choice_errors")

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
    return (
        choice_errors(attribute = "size", value = size, known = _TIMEOUT_OF_SIZE.keys()) +
        choice_errors(attribute = "timeout", value = timeout, known = _SECONDS.keys())
    )

def running_budget_seconds(*, size, timeout):
    """Seconds that a valid size and timeout allow, by Bazel's own table.

    Args:
      size: str or None, which means `medium`.
      timeout: str or None, which means that of the size.

    Returns:
      int.
    """
    return _SECONDS[timeout or _TIMEOUT_OF_SIZE[size or "medium"]]
