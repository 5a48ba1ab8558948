"""How cases are run: the runner's options that a target sets by attributes.

The runner has more (`--interlock-help`), which a target sets in its `args`.
"""

load(":attributes.bzl", "ATTRIBUTES")
load(":given_attributes.bzl", "value_errors")

visibility("//rules/...")

def option_settings(**given):
    """Checks the options.

    Args:
      **given: values of attributes that set an option, unchecked; None for none.

    Returns:
      struct with `options` (dict of str to str, by the runner's names) and `errors` (list of str).
    """
    errors = [error for errors in value_errors(given).values() for error in errors]
    if errors:
        return struct(errors = errors, options = {})
    options = [(ATTRIBUTES[name].option, value) for name, value in given.items()]
    return struct(errors = [], options = {option.name: option.text(value) for option, value in options if value})
