"""Text with fields, such as `54{index}`; the runner reads the same grammar (//internal/group/template.go)."""

visibility("//rules/...")

_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

def parse_template(text):
    """Finds the fields of a template.

    Args:
      text: str, in which a field is a name in braces, and `{{` and `}}` stand for one brace.

    Returns:
      struct with `fields` (list of str, in order) and `problem` (str, a clause, or None).
    """
    fields = []
    rest = text

    # Each turn takes a brace at least, and there is no `while`.
    for _ in range(len(text)):
        at = _first_brace(rest)
        if at < 0:
            break
        brace = rest[at]
        rest = rest[at + 1:]
        if rest.startswith(brace):
            rest = rest[1:]
            continue
        name, closed, after = rest.partition("}")
        if brace == "}" or not closed:
            return struct(
                fields = [],
                problem = "a single '{0}' does not belong to a field.\nhint: write '{0}{0}'".format(brace),
            )
        if not name or name.strip(_NAME):
            return struct(
                fields = [],
                problem = ("{{{}}} is not a field.\nhint: write a name of letters, digits and '_', such as " +
                           "{{index}}").format(name),
            )
        fields.append(name)
        rest = after
    return struct(fields = fields, problem = None)

def _first_brace(text):
    found = [at for at in (text.find("{"), text.find("}")) if at >= 0]
    return min(found) if found else -1
