"""What of a test always stays in one shard."""

load("//rules/private/messages:choices.bzl", "choice_errors")
load(":frameworks.bzl", "framework_of")

visibility("//rules/...")

_KNOWN = ["case", "class", "file"]

DEFAULT_TOGETHER = "case"

def together_settings(*, keep_together, framework):
    """Checks the attribute `keep_together`.

    Args:
      keep_together: str as the user gave it, unchecked; None for none.
      framework: str.

    Returns:
      struct with `keep_together` (str) and `errors` (list of str).
    """
    errors = _together_errors(keep_together = keep_together, framework = framework)
    return struct(errors = errors, keep_together = DEFAULT_TOGETHER if errors else keep_together or DEFAULT_TOGETHER)

def _together_errors(*, keep_together, framework):
    if keep_together == "file" and not framework_of(framework).files:
        return [("keep_together = \"file\" does not go with framework = {}, which does not know the files of its " +
                 "cases.\n" +
                 "hint: use " +
                 "\"case\", or \"class\", which is the whole target.").format(repr(framework))]
    return choice_errors(attribute = "keep_together", value = keep_together, known = _KNOWN)
