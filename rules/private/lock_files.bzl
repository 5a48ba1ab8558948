"""How the lock files of a resource group are called; the runner knows the same pattern."""

visibility("//rules/...")

_TURNSTILE = "{stem}.turnstile.lock"

def lock_file_names(*, name, capacity):
    """Names the lock files of a group.

    Args:
      name: str, the group's target name.
      capacity: int.

    Returns:
      struct with `units` (list of str, one per unit of capacity) and `turnstile` (str).
    """
    return struct(
        turnstile = _TURNSTILE.format(stem = name),
        units = ["{}.{}.lock".format(name, unit) for unit in range(capacity)],
    )

def lock_stem(turnstile_path):
    """Strips a path of the turnstile to what all lock files of its group begin with."""
    return turnstile_path.removesuffix(_TURNSTILE.format(stem = ""))
