"""What a grouped test was asked for: its attributes and tags, checked and brought together."""

load(":attributes.bzl", "ATTRIBUTES")
load(":budget.bzl", "running_budget_seconds")
load(":cpus.bzl", "cpu_settings")
load(":frameworks.bzl", "DEFAULT_FRAMEWORK")
load(":given_attributes.bzl", "select_errors", "value_errors")
load(":group_markers.bzl", "marker_settings")
load(":keep_together.bzl", "together_settings")
load(":options.bzl", "option_settings")
load(":requested_groups.bzl", "requested_groups")
load(":serial.bzl", "serial_settings")
load(":tags.bzl", "group_tag", "parse_tags")
load(":workers.bzl", "worker_settings")

visibility("//rules/...")

def grouped_test_settings(*, to_label, **attributes):
    """Checks the arguments of `grouped_test`, and computes those of its rule.

    Mistakes are returned and not raised, so that the rule reports them: a mistake then spoils its own
    target, where a `fail()` in a macro would spoil every target of the package.

    Args:
      to_label: function that makes a Label of a str or Label, as seen from the BUILD file.
      **attributes: those of //rules/private/test:attributes.bzl, as the user gave them, unchecked.

    Returns:
      struct with `errors` (list of str) and the attributes of the rule: `framework`, `resource_groups`
      (dict of Label to JSON), `group_markers` (the same), `workers`, `serial` (list of globs), `keep_together`,
      `options`, `cpus`, `running_budget_seconds`, `size`, `timeout`, `shard_count`, `tags`.
    """
    given = {name: attributes.get(name) for name in ATTRIBUTES}
    errors = select_errors(given)
    given = {name: None if type(value) == "select" else value for name, value in given.items()}
    wrong = value_errors(given)

    tags = given["tags"] or []
    parsed = parse_tags(tags)
    errors.extend(parsed.errors)

    errors.extend(wrong["framework"])
    framework = given["framework"] if type(given["framework"]) == "string" else DEFAULT_FRAMEWORK
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
    together = together_settings(keep_together = given["keep_together"], framework = framework)
    errors.extend(together.errors)
    alone = serial_settings(serial = given["serial"], tagged = parsed.serial)
    errors.extend(alone.errors)
    life = option_settings(**{name: value for name, value in given.items() if ATTRIBUTES[name].option})
    errors.extend(life.errors)
    parallel = worker_settings(workers = given["workers"], tagged = parsed.workers, framework = framework)
    errors.extend(parallel.errors)
    shards = _shard_settings(shard_count = attributes.get("shard_count"), tagged = parsed.shards)
    errors.extend(shards.errors)
    granted = cpu_settings(
        cpus = given["cpus"],
        exec_properties = attributes.get("exec_properties"),
        tags = tags,
    )
    errors.extend(granted.errors)
    timing_errors = wrong["size"] + wrong["timeout"]
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
        keep_together = together.keep_together,
        options = life.options,
        resource_groups = {label: json.encode(cases) for label, cases in groups.cases.items()},
        running_budget_seconds = budget,
        serial = alone.globs,
        shard_count = shards.shard_count,
        size = None if timing_errors else given["size"],
        tags = _with_group_tags(tags = tags + granted.tags, labels = labels),
        timeout = None if timing_errors else timeout,
        workers = parallel.workers,
    )

def _shard_settings(*, shard_count, tagged):
    if shard_count == None or tagged == None or shard_count == tagged:
        return struct(errors = [], shard_count = tagged if shard_count == None else shard_count)
    return struct(shard_count = shard_count, errors = [
        ("shard_count = {} and the tag \"shards:{}\" disagree.\n" +
         "hint: keep one of them.").format(repr(shard_count), tagged),
    ])

def _with_group_tags(*, tags, labels):
    return {tag: None for tag in tags + [group_tag(label.name) for label in labels]}.keys()
