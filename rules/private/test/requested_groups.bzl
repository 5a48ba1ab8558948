"""Which groups a test may use, for which of its cases, and how."""

load("//rules/private/group:names.bzl", "GROUP_NAME_GRAMMAR", "group_name_error", "is_label")
load("//rules/private/messages:labels.bzl", "shown_label")
load(":uses.bzl", "ALL_CASES", "glob_use", "is_weightless", "split_use")

visibility("//rules/...")

# Where a bare name in a tag is looked up, in the repository of the BUILD file.
_DEFAULT_PACKAGE = "//resources:"

def requested_groups(*, resource_groups, references, to_label, marked = []):
    """Brings the groups of the attribute and those of the tags together.

    Args:
      resource_groups: dict of label (str or Label) to list of globs, unchecked.
      references: list of struct with `name` (str, a bare name or a label, checked) and `use` (str, as
        `split_use` returns it, or None), as tags hold them.
      to_label: function that makes a Label of a str or Label, as seen from the BUILD file.
      marked: list of Label, groups that marks in the test's own code ask for.

    Returns:
      struct with `cases` (dict of Label to list of uses) and `errors` (list of str).
    """
    if type(resource_groups) != "dict":
        return struct(cases = {}, errors = [
            ("resource_groups is a {}, and not a dictionary.\nhint: write " +
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
                           "{}.\n" +
                           "hint: rename the target: {}.").format(
                repr(key),
                repr(label.name),
                problem,
                GROUP_NAME_GRAMMAR,
            ))
        elif label in cases:
            errors.append(("resource_groups[{}]: {} is there twice.\n" +
                           "hint: put its globs into one list.").format(repr(key), shown_label(label)))
        else:
            cases[label] = _distinct([glob_use(*split_use(glob)) for glob in globs])

    of_attribute = {label: None for label in cases.keys() + list(marked)}.keys()
    tagged = [
        (label, reference.use)
        for reference in references
        for label in _meant(reference.name, of_attribute = of_attribute, to_label = to_label)
    ]
    for label, use in tagged:
        if use != None:
            cases[label] = _distinct(cases.get(label, []) + [glob_use(ALL_CASES, use)])

    # Last, since a tag without a use is also what every test of the group carries.
    for label, use in tagged:
        if use == None and label not in cases and label not in marked:
            cases[label] = [glob_use(ALL_CASES)]
    return struct(cases = cases, errors = errors)

def _meant(name, *, of_attribute, to_label):
    if is_label(name):
        return [to_label(name)]
    return [label for label in of_attribute if label.name == name] or [to_label(_DEFAULT_PACKAGE + name)]

def _entry_error(*, key, globs):
    if type(key) not in ("string", "Label"):
        return ("resource_groups has a key of type {}: {}.\n" +
                "hint: write the label of a resource_group.").format(type(key), repr(key))
    where = "resource_groups[{}]".format(repr(key))
    hint = "hint: write a list of globs over names of test cases, such as [\"TestDB*\"]; [\"*\"] means every case."
    if type(globs) not in ("list", "tuple"):
        return "{} is a {}, and not a list.\n{}".format(where, type(globs), hint)
    if not globs:
        return "{} is empty, so no case would ever hold the group.\n{}".format(where, hint)
    for glob in globs:
        if type(glob) != "string" or not glob:
            return "{} holds {}, which is not a glob.\n{}".format(where, repr(glob), hint)
        error = _use_error(glob)
        if error:
            return "{} holds {}, {}".format(where, repr(glob), error)
    return None

def _use_error(entry):
    glob, use = split_use(entry)
    if not glob:
        return ("which has no glob before the '='.\nhint: write GLOB={use}, such as \"*={use}\"; for names that " +
                "end in \"={use}\", write \"[=]{use}\".").format(use = use)
    if is_weightless(use):
        return ("whose weight is 0, so its cases would hold nothing.\nhint: write a weight of 1 or more; for names " +
                "that end in \"={use}\", write \"[=]{use}\".").format(use = use)
    return None

def _distinct(uses):
    return {use: None for use in uses}.keys()
