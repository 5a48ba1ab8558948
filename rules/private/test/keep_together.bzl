"""What of a test always stays in one shard."""

load("//rules/private/messages:choices.bzl", "choice_errors")

visibility("//rules/...")

_UNITS = ["case", "class", "file"]

DEFAULT_UNIT = "case"

# Here the class of every case is the target.
_WITHOUT_FILES = ["exec", "go"]

def unit_settings(*, unit, framework):
    """Checks a unit.

    Args:
      unit: str as the user gave it, unchecked; None for none.
      framework: str.

    Returns:
      struct with `unit` (str) and `errors` (list of str).
    """
    errors = _unit_errors(unit = unit, framework = framework)
    return struct(errors = errors, unit = DEFAULT_UNIT if errors else unit or DEFAULT_UNIT)

def _unit_errors(*, unit, framework):
    if unit == "file" and framework in _WITHOUT_FILES:
        return [("unit = \"file\" does not go with framework = {}, which does not know the files of its cases.\nhint: use " +
                 "\"case\", or \"class\", which is the whole target.").format(repr(framework))]
    return choice_errors(attribute = "unit", value = unit, known = _UNITS)
