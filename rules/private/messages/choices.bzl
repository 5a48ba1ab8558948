"""A setting that is one of a few words."""

visibility("//rules/...")

def choice_errors(*, attribute, value, known):
    """Says what is wrong with such a setting.

    Args:
      attribute: str.
      value: as the user gave it, unchecked; None for none.
      known: list of str.

    Returns:
      list of str.
    """
    if value == None or value in known:
        return []
    return ["{} = {} does not exist.\nhint: use one of {}.".format(
        attribute,
        repr(value),
        ", ".join([repr(word) for word in known]),
    )]
