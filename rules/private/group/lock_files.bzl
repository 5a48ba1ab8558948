"""How the lock files of a resource group are called; the runner knows the same pattern."""

visibility("//rules/...")

_TURNSTILE = "{stem}.turnstile.lock"
_UNITS = "{stem}.units.lock"

def lock_file_names(name):
    """Names the lock files of a group.

    Args:
      name: str, the group's target name.

    Returns:
      struct with `turnstile` and `units`, both str.
    """
    return struct(
        turnstile = _TURNSTILE.format(stem = name),
        units = _UNITS.format(stem = name),
    )

def lock_stem(turnstile_path):
    """Strips a path of the turnstile to what all lock files of its group begin with."""
    return turnstile_path.removesuffix(_TURNSTILE.format(stem = ""))
