"""The resource groups of one test, and what they must not be together."""

load("//rules/private/group:providers.bzl", "ResourceGroupInfo")
load("//rules/private/group:scopes.bzl", "is_keyed")
load("//rules/private/messages:labels.bzl", "shown_label")
load(":uses.bzl", "sharing_errors", "weight_errors")

visibility("//rules/...")

def resolved_groups(*, resource_groups, group_markers):
    """Brings the groups of the rule's two attributes together.

    Two keys can be one group, since an alias may stand for it.

    Args:
      resource_groups: dict of Target to str, a JSON list of uses.
      group_markers: dict of Target to str, a JSON list of names.

    Returns:
      list of struct with `info` (ResourceGroupInfo), `cases` (list of uses) and `markers` (list of str), each
      group once.
    """
    groups = {}
    for target, cases in _groups_only(resource_groups):
        _group_of(groups, target).uses.update({struct(**use): None for use in json.decode(cases)})
    for target, names in _groups_only(group_markers):
        _group_of(groups, target).markers.update({name: None for name in json.decode(names)})
    return [
        struct(info = group.info, cases = group.uses.keys(), markers = group.markers.keys())
        for group in groups.values()
    ]

def not_a_group_errors(*, resource_groups, group_markers):
    """Lists the targets that are given as groups, and are none.

    Args:
      resource_groups: as in `resolved_groups`.
      group_markers: as in `resolved_groups`.

    Returns:
      list of str.
    """
    return [
        ("{}: {} is not a resource_group.\nhint: give the label of a resource_group, or of an alias to one.").format(
            attribute,
            shown_label(target.label),
        )
        for attribute, targets in {"resource_groups": resource_groups, "group_markers": group_markers}.items()
        for target in targets
        if ResourceGroupInfo not in target
    ]

def _groups_only(targets):
    return [(target, value) for target, value in targets.items() if ResourceGroupInfo in target]

def _group_of(groups, target):
    info = target[ResourceGroupInfo]
    return groups.setdefault(info.label, struct(info = info, markers = {}, uses = {}))

def resolved_group_errors(groups):
    """Lists what the runner could never do with these groups.

    Args:
      groups: list, as `resolved_groups` returns it.

    Returns:
      list of str.
    """
    errors = []
    for group in groups:
        errors.extend(weight_errors(label = group.info.label, capacity = group.info.capacity, uses = group.cases))
        errors.extend(sharing_errors(
            label = group.info.label,
            has_instances = bool(group.info.instances),
            has_setup = bool(group.info.setup),
            uses = group.cases,
        ))
    infos = [group.info for group in groups]
    return errors + _identity_errors(infos) + _name_errors(infos) + _variable_errors(infos) + _rate_errors(infos)

def _clashes(keyed):
    """Finds different groups with the same key.

    Args:
      keyed: list of (key, ResourceGroupInfo).

    Returns:
      list of (label of the first with the key, label of another one, both str, and key).
    """
    clashes = []
    first = {}
    for key, info in keyed:
        other = first.setdefault(key, info)
        if other.label != info.label:
            clashes.append((shown_label(other.label), shown_label(info.label), key))
    return clashes

def _identity_errors(infos):
    keyed = [((info.scope, info.key), info) for info in infos if is_keyed(info.scope)]
    return [
        ("resource_groups: {} and {} have the same scope and the key {}, and so are one group: a case that holds " +
         "both would wait for itself.\nhint: use one of them.").format(one, other, repr(key))
        for one, other, (_, key) in _clashes(keyed)
    ]

def _name_errors(infos):
    """The runner tells cases of what they hold in INTERLOCK_SLOT_GROUP and others.

    GROUP is the name of the group or, where two have the same, its label (internal/variables).
    """
    by_name = {}
    for info in infos:
        by_name.setdefault(_part_of_variable(info.label.name), []).append(info)
    keyed = [
        (part if len(same) == 1 else _part_of_variable(str(info.label).lstrip("@/")), info)
        for part, same in by_name.items()
        for info in same
    ]
    return [
        ("resource_groups: the names of {} and {} are the same as parts of variables, {}, and a case that holds both " +
         "could not tell which is meant.\nhint: rename one of them.").format(one, other, part)
        for one, other, part in _clashes(keyed)
    ]

def _part_of_variable(text):
    return "".join([c.upper() if c.isalnum() else "_" for c in text.elems()])

def _variable_errors(infos):
    return [
        ("resource_groups: {} and {} both set the variable {} in their env, and a case that holds both could see " +
         "only one of them.\nhint: rename it in one.").format(one, other, variable)
        for one, other, variable in _clashes([(variable, info) for info in infos for variable in info.env])
    ]

def _rate_errors(infos):
    first = {}
    for info in infos:
        if info.rate:
            first.setdefault(info.scope, info)
    if len(first) < 2:
        return []
    return [
        ("resource_groups: {} have a rate, but not one scope, and no case can start in the instant in which several " +
         "scopes count it.\nhint: give those groups one scope.").format(
            " and ".join(["{} ({})".format(shown_label(info.label), info.scope) for info in first.values()]),
        ),
    ]
