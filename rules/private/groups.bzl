"""Which groups a test may use, and for which of its cases."""

load(":names.bzl", "GROUP_NAME_GRAMMAR", "group_name_error", "is_label")

visibility("//rules/...")

_ALL_CASES = ["*"]

# Where a bare name in a tag is looked up, in the repository of the BUILD file.
_DEFAULT_PACKAGE = "//resources:"

def merge_groups(*, resource_groups, references, to_label):
    """Brings the groups of the attribute and those of the tags together.

    Args:
      resource_groups: dict of label (str or Label) to list of globs, unchecked.
      references: list of str, bare names or labels as tags hold them, checked.
      to_label: function that makes a Label of a str or Label, as seen from the BUILD file.

    Returns:
      struct with `cases` (dict of Label to list of globs) and `errors` (list of str).
    """
    if type(resource_groups) != "dict":
        return struct(cases = {}, errors = [
            ("resource_groups is a {}, and not a dictionary. Write " +
             "resource_groups = {{\":db\": [\"*\"]}}.").format(type(resource_groups)),
        ])

    cases = {}
    errors = []
    for key, globs in resource_groups.items():
        error = _entry_error(key = key, globs = globs)
        if error:
            errors.append(error)
            continue
        label = to_label(key)
        problem = group_name_error(label.name)
        if problem:
            errors.append(("resource_groups[{}]: the target name {} cannot be the name of a group, because it " +
                           "{}. Rename the target: {}.").format(repr(key), repr(label.name), problem, GROUP_NAME_GRAMMAR))
        elif label in cases:
            errors.append("resource_groups[{}]: {} is there twice. Put its globs into one list.".format(repr(key), label))
        else:
            cases[label] = _distinct(globs)

    names = {label.name: None for label in cases}
    for reference in references:
        if reference in names:
            continue
        label = to_label(reference if is_label(reference) else _DEFAULT_PACKAGE + reference)
        if label not in cases:
            cases[label] = _ALL_CASES
    return struct(cases = cases, errors = errors)

def _entry_error(*, key, globs):
    if type(key) not in ("string", "Label"):
        return "resource_groups has a key of type {}: {}. Write the label of a resource_group.".format(type(key), repr(key))
    where = "resource_groups[{}]".format(repr(key))
    remedy = "Write a list of globs over names of test cases, such as [\"TestDB*\"]; [\"*\"] means every case."
    if type(globs) not in ("list", "tuple"):
        return "{} is a {}, and not a list. {}".format(where, type(globs), remedy)
    if not globs:
        return "{} is empty, so no case would ever hold the group. {}".format(where, remedy)
    for glob in globs:
        if type(glob) != "string" or not glob:
            return "{} holds {}, which is not a glob. {}".format(where, repr(glob), remedy)
    return None

def _distinct(globs):
    return {glob: None for glob in globs}.keys()
