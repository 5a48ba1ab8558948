"""How the lock files of a resource group are called; the runner knows the same pattern."""

visibility("//rules/...")

_QUEUE = "{stem}.queue.lock"
_UNITS = "{stem}.units.lock"

def lock_file_names(name):
    """Names the lock files of a group.

    Args:
      name: str, the group's target name.

    Returns:
      struct with `queue` and `units`, both str.
    """
    return struct(
        queue = _QUEUE.format(stem = name),
        units = _UNITS.format(stem = name),
    )

def lock_stem(queue_path):
    """Strips a path of the queue to what all lock files of its group begin with."""
    return queue_path.removesuffix(_QUEUE.format(stem = ""))
