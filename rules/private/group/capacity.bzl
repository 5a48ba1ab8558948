"""How many units a resource group has, and how they are called."""

visibility("//rules/...")

# What the attribute `capacity` is for those who give none: no capacity that anybody would write.
NO_CAPACITY = -1 << 31

# The runner looks at each unit; more of them than this are no longer a scarce resource.
_MAX_CAPACITY = 1024

_INSTANCE_GRAMMAR = "a letter, digit or '_', then letters, digits and any of '_.-'"
_FIRST = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_REST = _FIRST + ".-"

def unit_settings(*, capacity, instances):
    """Brings the attributes `capacity` and `instances` together.

    Args:
      capacity: int, `NO_CAPACITY` for none.
      instances: list of str, empty for none.

    Returns:
      struct with `capacity` (int) and `errors` (list of str).
    """
    if not instances:
        capacity = 1 if capacity == NO_CAPACITY else capacity
        return struct(capacity = capacity, errors = _capacity_errors(capacity))
    errors = _instance_errors(instances)
    if capacity not in (NO_CAPACITY, len(instances)):
        errors.append(("capacity = {} and instances, of which there are {}, disagree.\n" +
                       "hint: remove the capacity: it is the " +
                       "number of instances.").format(capacity, len(instances)))
    return struct(capacity = len(instances), errors = errors)

def _capacity_errors(capacity):
    if capacity < 1:
        return [("capacity = {} would let no test run, ever.\n" +
                 "hint: use 1 for a resource that one case uses at a time, " +
                 "or more.").format(capacity)]
    if capacity > _MAX_CAPACITY:
        return [("capacity = {} is more than {}, and each runner looks at each unit.\n" +
                 "hint: use a smaller capacity, or no " +
                 "group at all for what is that plentiful.").format(capacity, _MAX_CAPACITY)]
    return []

def _instance_errors(instances):
    errors = []
    if len(instances) > _MAX_CAPACITY:
        errors.append(("instances has {} names, which is more than {}, and each runner looks at each unit.\n" +
                       "hint: use fewer.").format(len(instances), _MAX_CAPACITY))
    names = {}
    for name in instances:
        problem = _name_problem(name)
        if problem:
            errors.append(("instances holds {}, which {}, and variables and logs carry the name.\n" +
                           "hint: use {}.").format(
                repr(name),
                problem,
                _INSTANCE_GRAMMAR,
            ))
        elif name in names:
            errors.append(("instances holds {} twice, but an instance has one holder at a time.\n" +
                           "hint: give each a name of " +
                           "its own.").format(repr(name)))
        names[name] = None
    return errors

def _name_problem(name):
    if not name:
        return "is empty"
    for character in name.elems():
        if character not in _REST:
            return "contains {}".format(repr(character))
    if name[0] not in _FIRST:
        return "begins with {}".format(repr(name[0]))
    return None
