"""What a user gave to a macro, beside the table of attributes."""

load("//rules/private/messages:spelling.bzl", "closest")
load(":attributes.bzl", "ATTRIBUTES", "GROUPED_TEST")

visibility("//rules/...")

# Former names.
_RENAMED = {"unit": "keep_together"}

# What belongs to the program of a grouped_test.
_OF_THE_PROGRAM = ["deps", "embed", "imports", "main", "srcs"]

def divided_attributes(macro, attributes):
    """Divides what a user gave to a macro: ours, and that of the rule around which it is.

    Args:
      macro: str.
      attributes: dict.

    Returns:
      struct with `own` (dict of those in the table that are not of Bazel), `rest` (dict) and `errors` (list of str,
      of attributes that are in neither).
    """
    own = {}
    rest = {}
    errors = []
    for name, value in attributes.items():
        error = _name_error(macro, name)
        if error:
            errors.append(error)
        elif name in ATTRIBUTES and not ATTRIBUTES[name].of_bazel:
            own[name] = value
        else:
            rest[name] = value
    return struct(errors = errors, own = own, rest = rest)

def _name_error(macro, name):
    if name in _RENAMED:
        return "{0} is called {1} now.\nhint: write {1} = ...".format(name, _RENAMED[name])
    if name in ATTRIBUTES:
        attribute = ATTRIBUTES[name]
        if macro in attribute.macros or attribute.of_bazel:
            return None
        return ("{} does not take {}.\n" +
                "hint: remove it; it is for {}.").format(macro, name, " and ".join(attribute.macros))
    if macro == GROUPED_TEST and name in _OF_THE_PROGRAM:
        return ("grouped_test does not take {}: it runs a program that is a target of its own.\nhint: give {} to an " +
                "sh_binary, cc_test or the like, with tags = [\"manual\"] if it is a test, and write " +
                "test = \":NAME_OF_THAT_TARGET\".").format(name, name)
    meant = closest(name, [
        own
        for own, attribute in ATTRIBUTES.items()
        if macro in attribute.macros and not attribute.of_bazel
    ])
    if meant:
        return "{} does not take {}: did you mean {}?\nhint: write {} = ...".format(macro, name, meant, meant)
    return None

def asks_for_anything(own):
    """Says whether the values of attributes make a test a grouped one.

    Args:
      own: dict, as `divided_attributes` returns it.

    Returns:
      bool.
    """
    return any([
        ATTRIBUTES[name].asks_nothing != None and value not in ATTRIBUTES[name].asks_nothing
        for name, value in own.items()
    ])

def value_errors(given):
    """Says what is wrong with values, each by itself.

    Args:
      given: dict of values, unchecked, by attribute.

    Returns:
      dict of list of str, by attribute.
    """
    return {
        name: ATTRIBUTES[name].errors(name, value) if ATTRIBUTES[name].errors else []
        for name, value in given.items()
    }

def select_errors(given):
    """Lists the attributes with a `select()` that take none.

    Args:
      given: dict of values, unchecked, by attribute.

    Returns:
      list of str.
    """
    return [
        "{} is a select(), which is resolved only after the macro has had to read it.\nhint: {}.".format(
            name,
            ATTRIBUTES[name].instead_of_select,
        )
        for name, value in given.items()
        if type(value) == "select" and ATTRIBUTES[name].instead_of_select
    ]
