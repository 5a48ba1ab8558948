"""How a case uses a group: a glob over names of cases, with a weight or `shared` behind it.

A use is a struct with `glob` (str), `mode` (str, `exclusive` or `shared`) and `weight` (int: units of the
capacity; 1 for a shared use, which goes beside any other shared one).
"""

load("//rules/private/messages:labels.bzl", "shown_label")

visibility("//rules/...")

ALL_CASES = "*"

_SHARED = "shared"

def split_use(text):
    """Divides `SOMETHING=USE`, where USE is a number or `shared`.

    Args:
      text: str.

    Returns:
      tuple of what is before the last `=`, and of the use; of all of the text, and None, if there is no use.
    """
    before, separator, after = text.rpartition("=")
    if separator and (after == _SHARED or after.isdigit()):
        return before, after
    return text, None

def is_weightless(use):
    """Says whether a use, as `split_use` returns it, is the weight 0, which would hold nothing."""
    return use != None and use.isdigit() and int(use) == 0

def glob_use(glob, use = None):
    """The use of a group by the cases that match a glob.

    Args:
      glob: str.
      use: str, as `split_use` returns it, but not weight 0; None for one unit.

    Returns:
      struct, as above.
    """
    if use == _SHARED:
        return struct(glob = glob, mode = "shared", weight = 1)
    return struct(glob = glob, mode = "exclusive", weight = 1 if use == None else int(use))

def weight_of_all(uses):
    """Units that every case takes exclusively, as the uses of a group say by `*`.

    Args:
      uses: list of struct, as above.

    Returns:
      int, or 0 if some case may do without.
    """
    return max([0] + [use.weight for use in uses if use.glob == ALL_CASES and use.mode == "exclusive"])

def weight_errors(*, label, capacity, uses):
    """Lists the uses that a group can never grant.

    Args:
      label: Label of the group.
      capacity: int.
      uses: list of struct, as above.

    Returns:
      list of str.
    """
    return [
        ("resource_groups: {}: cases that match {} take {} units, but its capacity is {}, so none of them could " +
         "ever run.\n" +
         "hint: lower the weight, or raise the capacity.").format(
            shown_label(label),
            repr(use.glob),
            use.weight,
            capacity,
        )
        for use in uses
        if use.weight > capacity
    ]

def sharing_errors(*, label, has_instances, has_setup, uses):
    """Lists the shared uses of a group that can be used by one case at a time only.

    Args:
      label: Label of the group.
      has_instances: bool, whether its units have names.
      has_setup: bool, whether its units are started for whoever holds them.
      uses: list of struct, as above.

    Returns:
      list of str.
    """
    if not (has_instances or has_setup):
        return []
    return [
        ("resource_groups: {}: cases that match {} share the group, but it has {}, and each of its units has one " +
         "holder.\nhint: remove the \"={}\", or use a group without them.").format(
            shown_label(label),
            repr(use.glob),
            " and ".join((["instances"] if has_instances else []) + (["a setup"] if has_setup else [])),
            _SHARED,
        )
        for use in uses
        if use.mode == _SHARED
    ]
