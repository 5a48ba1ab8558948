"""What a grouped test was asked for: its attributes and tags, checked and brought together."""

load(":budget.bzl", "budget_errors", "running_budget_seconds")
load("//rules/private/messages:choices.bzl", "choice_errors")
load(":cpus.bzl", "cpu_settings")
load(":group_markers.bzl", "marker_settings")
load(":requested_groups.bzl", "requested_groups")
load(":options.bzl", "option_settings")
load(":serial.bzl", "serial_settings")
load(":tags.bzl", "group_tag", "parse_tags")
load(":keep_together.bzl", "DEFAULT_UNIT", "unit_settings")

visibility("//rules/...")

_FRAMEWORKS = ["exec", "go", "pytest"]

_DEFAULT_FRAMEWORK = "exec"

_DEFAULT_WORKERS = {"pytest": "auto"}

_SELECT_REMEDY = {
    "allow_empty": "Write True or False",
    "case_timeout": "Write a number of seconds",
    "cpus": "Write a number",
    "framework": "Write the name of one framework",
    "group_markers": "Put what is conditional into the group: its capacity takes a select(), and an alias to a group takes one for its actual",
    "resource_groups": "Put what is conditional into the group: its capacity takes a select(), and an alias to a group takes one for its actual",
    "leaks": "Write one word",
    "retries": "Write a number",
    "serial": "Write True, False or a list of globs",
    "strict_groups": "Write True or False",
    "size": "Write one size; Bazel does not take a select() here either",
    "tags": "Write a list; Bazel does not take a select() here either",
    "timeout": "Write one timeout; Bazel does not take a select() here either",
    "unit": "Write the name of one unit",
    "workers": "Write a number, or \"auto\", which adapts to the machine",
}

def grouped_test_settings(
        *,
        to_label,
        framework = _DEFAULT_FRAMEWORK,
        resource_groups = {},
        workers = None,
        serial = False,
        unit = DEFAULT_UNIT,
        case_timeout = None,
        retries = None,
        leaks = None,
        group_markers = {},
        strict_groups = None,
        allow_empty = None,
        cpus = None,
        size = None,
        timeout = None,
        shard_count = None,
        tags = None):
    """Checks the arguments of `grouped_test`, and computes those of its rule.

    Mistakes are returned and not raised, so that the rule reports them: a mistake then spoils its own
    target, where a `fail()` in a macro would spoil every target of the package.

    Args:
      to_label: function that makes a Label of a str or Label, as seen from the BUILD file.
      framework: as in `grouped_test`; so are all that follow.
      resource_groups: -
      workers: -
      serial: -
      unit: -
      case_timeout: -
      retries: -
      leaks: -
      group_markers: -
      strict_groups: -
      allow_empty: -
      cpus: -
      size: -
      timeout: -
      shard_count: -
      tags: -

    Returns:
      struct with `errors` (list of str) and the attributes of the rule: `framework`, `resource_groups`
      (dict of Label to JSON), `group_markers` (the same), `workers`, `serial` (list of globs), `unit`, `options`,
      `cpus`, `running_budget_seconds`, `size`, `timeout`, `shard_count`, `tags`.
    """
    given = dict(
        framework = framework,
        resource_groups = resource_groups,
        workers = workers,
        serial = serial,
        unit = unit,
        case_timeout = case_timeout,
        retries = retries,
        leaks = leaks,
        group_markers = group_markers,
        strict_groups = strict_groups,
        allow_empty = allow_empty,
        cpus = cpus,
        size = size,
        timeout = timeout,
        tags = tags,
    )
    errors = [
        ("{} is a select(), which is resolved only after the macro has had to read it. {}.").format(
            attribute,
            _SELECT_REMEDY[attribute],
        )
        for attribute, value in given.items()
        if _is_select(value)
    ]
    given = {attribute: None if _is_select(value) else value for attribute, value in given.items()}

    tags = given["tags"] or []
    parsed = parse_tags(tags)
    errors.extend(parsed.errors)

    framework = _DEFAULT_FRAMEWORK if given["framework"] == None else given["framework"]
    errors.extend(choice_errors(attribute = "framework", value = framework, known = _FRAMEWORKS))
    marks = marker_settings(group_markers = given["group_markers"], framework = framework, to_label = to_label)
    errors.extend(marks.errors)
    groups = requested_groups(
        resource_groups = given["resource_groups"] or {},
        references = parsed.groups,
        to_label = to_label,
        marked = marks.markers.keys(),
    )
    errors.extend(groups.errors)
    labels = {label: None for label in groups.cases.keys() + marks.markers.keys()}.keys()
    undivided = unit_settings(unit = given["unit"], framework = framework)
    errors.extend(undivided.errors)
    alone = serial_settings(serial = given["serial"], tagged = parsed.serial)
    errors.extend(alone.errors)
    life = option_settings(
        case_timeout = given["case_timeout"],
        retries = given["retries"],
        leaks = given["leaks"],
        strict_groups = given["strict_groups"],
        allow_empty = given["allow_empty"],
    )
    errors.extend(life.errors)
    errors.extend(_workers_errors(workers = given["workers"], tagged = parsed.workers))
    errors.extend(_shards_errors(shard_count = shard_count, tagged = parsed.shards))
    granted = cpu_settings(cpus = given["cpus"], tags = tags)
    errors.extend(granted.errors)
    timing_errors = budget_errors(size = given["size"], timeout = given["timeout"])
    errors.extend(timing_errors)

    timeout = given["timeout"]
    budget = 0
    if labels and not timing_errors:
        # Bazel's clock counts waiting, so it gets the longest time there is, and the runner keeps the
        # one that was asked for.
        budget = running_budget_seconds(size = given["size"], timeout = timeout)
        timeout = "eternal"

    return struct(
        cpus = granted.cpus,
        errors = errors,
        framework = framework,
        group_markers = {label: json.encode(names) for label, names in marks.markers.items()},
        options = life.options,
        resource_groups = {label: json.encode(cases) for label, cases in groups.cases.items()},
        running_budget_seconds = budget,
        serial = alone.globs,
        shard_count = parsed.shards if shard_count == None else shard_count,
        size = None if timing_errors else given["size"],
        tags = _with_group_tags(tags = tags + granted.tags, labels = labels),
        timeout = None if timing_errors else timeout,
        unit = undivided.unit,
        workers = parsed.workers or str(_DEFAULT_WORKERS.get(framework, 1) if given["workers"] == None else given["workers"]),
    )

def _workers_errors(*, workers, tagged):
    if workers == None:
        return []
    if workers != "auto" and (type(workers) != "int" or workers < 0):
        return ["workers = {} is not a number of workers.\nhint: write a number, 0 or more, or \"auto\".".format(repr(workers))]
    if tagged != None and tagged != str(workers):
        return [_disagreement(attribute = "workers", value = workers, tag = "workers:" + tagged)]
    return []

def _shards_errors(*, shard_count, tagged):
    if shard_count == None or tagged == None or shard_count == tagged:
        return []
    return [_disagreement(attribute = "shard_count", value = shard_count, tag = "shards:{}".format(tagged))]

def _disagreement(*, attribute, value, tag):
    return "{} = {} and the tag {} disagree.\nhint: keep one of them.".format(attribute, repr(value), repr(tag))

def _with_group_tags(*, tags, labels):
    return {tag: None for tag in tags + [group_tag(label.name) for label in labels]}.keys()

def _is_select(value):
    return type(value) == "select"
