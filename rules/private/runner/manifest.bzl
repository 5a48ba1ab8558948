"""The manifest: the one file by which the rules tell the runner what a test is.

The runner parses it strictly, so a field that is added, renamed or dropped here needs a new version,
new goldens in //rules/tests/golden, and the runner's parser in the same commit.
"""

visibility("//rules/...")

_VERSION = 9

def manifest_group(
        *,
        label,
        name,
        scope,
        capacity,
        cases,
        key = None,
        rate = None,
        instances = [],
        env = {},
        setup = None,
        markers = [],
        lock = None):
    """One group of a manifest.

    Args:
      label: str, canonical.
      name: str, target name.
      scope: str, `process`, `build`, `host` or `cluster`.
      capacity: int.
      cases: list of uses, as //rules/private/test:uses.bzl describes them.
      key: str, identity of a `host` or `cluster` group; None for the other scopes.
      rate: str, None for none.
      instances: list of str, names of the units.
      env: dict of str to str, templates by variable.
      setup: struct with `timeout_seconds` and `idle_timeout_seconds` (int), and the runfiles paths `program`, `files`,
        `health` and `reset` (str; the latter two may be None); None for none.
      markers: list of str, the names by which marks in the tests' code ask for the group.
      lock: struct with `runfile` (str, runfiles path that the group's lock files begin with) and `output` (str,
        the same path below `bazel-out/<configuration>/bin`); None for the other scopes than `build`.

    Returns:
      struct for `manifest_json`.
    """
    fields = [
        ("label", json.encode(label)),
        ("name", json.encode(name)),
        ("scope", json.encode(scope)),
    ]
    if key:
        fields.append(("key", json.encode(key)))
    fields.append(("capacity", json.encode(capacity)))
    if rate:
        fields.append(("rate", json.encode(rate)))
    if instances:
        fields.append(("instances", json.encode(instances)))
    if env:
        fields.append(("env", _strings(env)))
    if setup:
        fields.append(("setup", _setup(setup)))
    fields.append(("cases", _array([_use(use) for use in cases])))
    if markers:
        fields.append(("markers", json.encode(sorted(markers))))
    if lock:
        fields.append(("lock", _object([
            ("runfile", json.encode(lock.runfile)),
            ("output", json.encode(lock.output)),
        ])))
    return struct(label = label, json = _object(fields))

def manifest_json(
        *,
        label,
        framework,
        program,
        cases,
        workers,
        cpus,
        serial,
        keep_together,
        shards,
        timings,
        options,
        running_budget_seconds,
        target_variables,
        groups):
    """Text of a manifest.

    Args:
      label: str, canonical label of the test.
      framework: str.
      program: str, runfiles path of the program under test.
      cases: str, runfiles path of the names of its cases, one a line, of a Go test binary with the hook of
        //adapters/gotest/hook; None for any other program, which alone knows them.
      workers: str, a number or `auto`.
      cpus: int, what Bazel grants the test; `auto` means as many workers.
      serial: list of str, globs over the names of the cases that run alone.
      keep_together: str, `case`, `class` or `file`: what stays in one shard.
      shards: int, the target's own number of them, at least 1.
      timings: str, runfiles path of the expected durations of cases; None for none.
      options: dict of str to str, settings of the runner.
      running_budget_seconds: int, 0 for none.
      target_variables: list of str, names of the environment variables that the target sets or inherits; empty if no
        group has a setup, which alone wants to know.
      groups: list of what `manifest_group` returns, in any order.

    Returns:
      str, indented JSON whose fields have one fixed order.
    """
    fields = [
        ("version", json.encode(_VERSION)),
        ("label", json.encode(label)),
        ("framework", json.encode(framework)),
        ("program", json.encode(program)),
    ]
    if cases:
        fields.append(("cases", json.encode(cases)))
    fields.extend([
        ("workers", json.encode(workers)),
        ("cpus", json.encode(cpus)),
        ("serial", json.encode(serial)),
        ("keep_together", json.encode(keep_together)),
        ("shards", json.encode(shards)),
    ])
    if timings:
        fields.append(("timings", json.encode(timings)))
    if options:
        fields.append(("options", _strings(options)))
    fields.append(("running_budget_seconds", json.encode(running_budget_seconds)))
    if target_variables:
        fields.append(("target_variables", json.encode(sorted(target_variables))))
    fields.extend([
        ("groups", _array([group.json for group in sorted(groups, key = lambda group: group.label)])),
    ])
    return json.indent(_object(fields), indent = "  ") + "\n"

def _setup(setup):
    fields = [
        ("program", json.encode(setup.program)),
        ("timeout_seconds", json.encode(setup.timeout_seconds)),
        ("files", json.encode(setup.files)),
        ("idle_timeout_seconds", json.encode(setup.idle_timeout_seconds)),
    ]
    if setup.health:
        fields.append(("health", json.encode(setup.health)))
    if setup.reset:
        fields.append(("reset", json.encode(setup.reset)))
    return _object(fields)

def _use(use):
    return _object([
        ("glob", json.encode(use.glob)),
        ("weight", json.encode(use.weight)),
        ("mode", json.encode(use.mode)),
    ])

# By hand, since json.encode promises no order of an object's fields, and people read manifests.
def _object(fields):
    return "{" + ",".join([json.encode(key) + ":" + value for key, value in fields]) + "}"

def _strings(strings):
    return _object([(name, json.encode(strings[name])) for name in sorted(strings)])

def _array(values):
    return "[" + ",".join(values) + "]"
