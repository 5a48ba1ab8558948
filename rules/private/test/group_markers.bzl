"""Which groups the marks in a test's own code ask for, such as pytest's `xdist_group`."""

load(":frameworks.bzl", "framework_of")

visibility("//rules/...")

def marker_settings(*, group_markers, framework, to_label):
    """Checks the attribute `group_markers`.

    Args:
      group_markers: dict of str, a name in marks, to a label (str or Label), unchecked; None for none.
      framework: str.
      to_label: function that makes a Label of a str or Label, as seen from the BUILD file.

    Returns:
      struct with `markers` (dict of Label to list of str) and `errors` (list of str).
    """
    if not group_markers:
        return struct(errors = [], markers = {})
    if not framework_of(framework).marks:
        return struct(markers = {}, errors = [
            ("group_markers does not go with framework = {}, whose cases have no marks.\n" +
             "hint: use resource_groups.").format(repr(framework)),
        ])
    if type(group_markers) != "dict":
        return struct(markers = {}, errors = [
            ("group_markers is a {}, and not a dictionary.\nhint: write " +
             "group_markers = {{\"db\": \":db\"}}.").format(type(group_markers)),
        ])
    errors = []
    markers = {}
    for name, group in group_markers.items():
        if type(name) != "string" or not name:
            errors.append(("group_markers has the key {}, which is not a name in marks.\n" +
                           "hint: write one, such as the " +
                           "\"db\" of @pytest.mark.xdist_group(\"db\").").format(repr(name)))
        elif type(group) not in ("string", "Label"):
            errors.append(("group_markers[{}] is a {}.\n" +
                           "hint: write the label of a resource_group.").format(repr(name), type(group)))
        else:
            markers.setdefault(to_label(group), []).append(name)
    return struct(errors = errors, markers = markers)
