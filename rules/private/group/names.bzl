"""Which names a resource group can have, and which references to one a tag can hold."""

visibility("//rules/...")

GROUP_NAME_GRAMMAR = "a letter, digit or '_', then letters, digits and any of '_.+~/-'"

_FIRST = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

# Missing on purpose: ':' separates the parts of a tag, ',' the tags of --test_tag_filters, and '='
# the amount in --local_resources; '@' begins a label.
_REST = _FIRST + ".+~/-"

def group_name_error(name):
    """Says what keeps `name` from being a group's name.

    Args:
      name: str.

    Returns:
      A clause such as `contains ':'`, or None when the name is good.
    """
    if not name:
        return "is empty"
    for character in name.elems():
        if character not in _REST:
            return "contains '{}'".format(character)
    if name[0] not in _FIRST:
        return "begins with '{}'".format(name[0])
    return None

def is_label(reference):
    """Says whether `reference` is written as a label, and not as a bare group name."""
    return reference.startswith(("//", "@", ":"))

def group_reference_error(reference):
    """Says what keeps `reference` from meaning a group in the tag `resource-group:REFERENCE`.

    Only what Bazel would not report by itself, or would report without a word of the tag.

    Args:
      reference: str, a bare group name or a label.

    Returns:
      A clause such as `is empty`, or None.
    """
    if not is_label(reference):
        return group_name_error(reference)
    if reference.count(":") > 1:
        return "is a label with more than one ':'"
    package, colon, name = reference.rpartition(":")
    if not colon:
        name = reference.rpartition("/")[2].lstrip("@")
    elif package and "//" not in package:
        return "is a label without '//'"
    error = group_name_error(name)
    return "is a label whose target name " + error if error else None
