"""Labels as people write them."""

visibility("//rules/...")

def shown_label(label):
    """The text of a label in a message.

    Args:
      label: Label.

    Returns:
      str, such as `//pkg:name`; with the canonical name of the repository if that is not the main one.
    """
    text = str(label)
    return text if label.repo_name else text.lstrip("@")
