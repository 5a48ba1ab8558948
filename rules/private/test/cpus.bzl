"""How many CPUs a test takes: what Bazel is told, and how many workers are `"auto"`."""

visibility("//rules/...")

# What Bazel takes any test to use.
_DEFAULT = 1

_TAG = "cpu:"

# The same, in the form that Bazel has for other resources.
_TAGS = [_TAG, "resources:cpu:"]

# Where only Bazel 9.2 and later look.
_PROPERTIES = ["test.resources:cpu", "resources:cpu"]

def cpu_settings(*, cpus, tags, exec_properties = None):
    """Brings the attribute `cpus`, the tags and the execution properties of the user together.

    Args:
      cpus: int as the user gave it, unchecked; None for none.
      tags: list of str.
      exec_properties: dict of str to str; anything else counts as none.

    Returns:
      struct with `cpus` (int, what Bazel grants), `tags` (list of str, which tell Bazel so if the
      user's own do not) and `errors` (list of str).
    """
    errors = []
    if cpus != None and (type(cpus) != "int" or cpus < 1):
        errors.append("cpus = {} is not a number of CPUs.\nhint: write a whole number, 1 or more.".format(repr(cpus)))
    tagged = [tag.removeprefix(prefix) for tag in tags for prefix in _TAGS if tag.startswith(prefix)]
    if tagged:
        return struct(cpus = _whole(tagged[0]), errors = errors, tags = [])
    cpus = _of_properties(exec_properties) if cpus == None else cpus
    if errors or cpus == None:
        return struct(cpus = _DEFAULT, errors = errors, tags = [])
    return struct(cpus = cpus, errors = errors, tags = [_TAG + str(cpus)])

def _of_properties(exec_properties):
    if type(exec_properties) != "dict":
        return None
    said = [exec_properties[name] for name in _PROPERTIES if type(exec_properties.get(name)) == "string"]
    return _whole(said[0]) if said else None

# Bazel itself says what is wrong with a malformed tag, and which versions of it take a fraction.
def _whole(amount):
    whole = amount.partition(".")[0]
    return max(int(whole), _DEFAULT) if whole.isdigit() else _DEFAULT
