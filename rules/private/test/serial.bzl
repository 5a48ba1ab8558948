"""Which cases of a test run alone."""

load(":uses.bzl", "ALL_CASES")

visibility("//rules/...")

def serial_settings(*, serial, tagged):
    """Brings the attribute `serial` and the tag together.

    Args:
      serial: bool or list of str as the user gave it, unchecked; None for none.
      tagged: bool, whether there is the tag.

    Returns:
      struct with `globs` (list of str, over names of cases) and `errors` (list of str).
    """
    if serial == None or type(serial) == "bool":
        return struct(errors = [], globs = [ALL_CASES] if serial or tagged else [])
    error = _list_error(serial)
    if error:
        return struct(errors = [error], globs = [])
    globs = {glob: None for glob in serial}.keys()
    if tagged and ALL_CASES not in globs:
        return struct(globs = [], errors = [
            ("serial = {} and the tag \"serial\", which means every case, disagree.\n" +
             "hint: keep one of them.").format(repr(serial)),
        ])
    return struct(errors = [], globs = globs)

def _list_error(serial):
    hint = "hint: write True, False, or a list of globs over names of test cases, such as [\"TestBig*\"]."
    if type(serial) not in ("list", "tuple"):
        return "serial is a {}.\n{}".format(type(serial), hint)
    for glob in serial:
        if type(glob) != "string" or not glob:
            return "serial holds {}, which is not a glob.\n{}".format(repr(glob), hint)
    return None
