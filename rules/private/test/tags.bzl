"""Tags that configure a grouped test, and those that reveal its groups."""

load("//rules/private/group:names.bzl", "GROUP_NAME_GRAMMAR", "group_reference_error")
load("//rules/private/messages:spelling.bzl", "closest")
load(":uses.bzl", "is_weightless", "split_use")

visibility("//rules/...")

_GROUP = "resource-group:"
_WORKERS = "workers:"
_SHARDS = "shards:"
_SERIAL = "serial"

_PREFIXES = (_GROUP, _WORKERS, _SHARDS)

# Long enough for a word that is nearly it to mean nothing else.
_LONG = [_GROUP.removesuffix(":")]

def group_tag(name):
    """The tag by which `--test_tag_filters` and `bazel query` find a group's tests."""
    return _GROUP + name

def configures(tags):
    """Says whether a list of tags asks for a grouped test, be it by mistake."""
    return any([tag == _SERIAL or tag.startswith(_PREFIXES) or _misspelt(tag) for tag in tags])

def parse_tags(tags):
    """Reads the tags that mean something to a grouped test; any other tag is none of our business.

    Args:
      tags: list of str.

    Returns:
      struct with `groups` (list of struct with `name`, a bare name or a label, and `use`, as `split_use`
      returns it), `workers` (str or None), `shards` (int or None), `serial` (bool) and `errors` (list of str,
      one for each tag that could not be used).
    """
    groups = []
    workers = {}
    shards = {}
    errors = []
    for tag in tags:
        meant = _misspelt(tag)
        if meant:
            errors.append("the tag {} means nothing.\nhint: write {}.".format(repr(tag), repr(meant)))
        elif tag.startswith(_GROUP):
            name, use = split_use(tag.removeprefix(_GROUP))
            problem = group_reference_error(name)
            if problem:
                errors.append(_group_error(tag = tag, problem = problem))
            elif is_weightless(use):
                errors.append(_number_error(tag = tag, wanted = "a weight, 1 or more, or 'shared'", separator = "="))
            else:
                groups.append(struct(name = name, use = use))
        elif tag.startswith(_WORKERS):
            value = tag.removeprefix(_WORKERS)
            if value == "auto" or value.isdigit():
                workers[value if value == "auto" else str(int(value))] = tag
            else:
                errors.append(_number_error(tag = tag, wanted = "a number of workers, 0 or more, or 'auto'"))
        elif tag.startswith(_SHARDS):
            value = tag.removeprefix(_SHARDS)
            if value.isdigit() and int(value) > 0:
                shards[int(value)] = tag
            else:
                errors.append(_number_error(tag = tag, wanted = "a number of shards, 1 or more"))
    for values in (workers, shards):
        if len(values) > 1:
            errors.append("the tags {} disagree.\nhint: keep one of them.".format(
                " and ".join([repr(tag) for tag in values.values()]),
            ))
    return struct(
        errors = errors,
        groups = groups,
        serial = _SERIAL in tags,
        shards = shards.keys()[0] if shards else None,
        workers = workers.keys()[0] if workers else None,
    )

# What a tag was most likely meant to be, if it is nearly one of ours: nothing would hold its group, and nobody notice.
def _misspelt(tag):
    if tag.startswith(_PREFIXES):
        return None
    for separator in [":", "="]:
        word, found, value = tag.partition(separator)
        if found and value:
            plain = word.lower().replace("_", "-").removesuffix("s")
            for prefix in _PREFIXES:
                right = prefix.removesuffix(":")
                if plain == right.removesuffix("s") or (right in _LONG and closest(plain, [right])):
                    return prefix + value
    return None

def _group_error(*, tag, problem):
    return ("the tag {} does not name a resource group: what follows '{}' {}.\nhint: write the name of a group " +
            "({}), or its label, such as '//resources:db'; '=2' or '=shared' may follow.").format(
        repr(tag),
        _GROUP,
        problem,
        GROUP_NAME_GRAMMAR,
    )

def _number_error(*, tag, wanted, separator = ":"):
    return "the tag {} has no usable value.\nhint: write {} after the '{}'.".format(repr(tag), wanted, separator)
