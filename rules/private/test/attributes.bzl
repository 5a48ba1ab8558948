"""The attributes of tests that mean something to Interlock. Each is declared here, and nowhere else.

The macros take them, the settings check them, the rule has them, and the reference lists them, from this table.
"""

load("//rules/private/messages:choices.bzl", "choice_errors")
load(":budget.bzl", "budget_errors")
load(":frameworks.bzl", "framework_errors")
load(":keep_together.bzl", "DEFAULT_TOGETHER")

visibility("//rules/...")

GROUPED_TEST = "grouped_test"
_GO_TEST = "go_test"
_PYTEST_TEST = "pytest_test"

_ALL = [GROUPED_TEST, _GO_TEST, _PYTEST_TEST]

# Values that ask for nothing.
_NOTHING = [None, False, 0, {}, []]

_IN_THE_GROUP = ("put what is conditional into the group: its capacity takes a select(), and an alias to a group " +
                 "takes one for its actual")
_NOT_FOR_BAZEL = "; Bazel does not take a select() here either"

def _attribute(
        doc,
        *,
        default = "",
        macros = _ALL,
        of_bazel = False,
        instead_of_select = None,
        errors = None,
        asks_nothing = _NOTHING,
        option = None,
        rule_attr = None):
    """One attribute.

    Args:
      doc: str, what it is, for the reference.
      default: str, the default as the reference shows it; empty where the doc says it.
      macros: list of str, the macros that take it.
      of_bazel: bool, whether it is Bazel's own, which has a meaning of ours besides.
      instead_of_select: str, what to write instead of a `select()`; None where it takes one.
      errors: function of its name and a value, unchecked, to a list of str; None where it is checked together with
        others, or by Bazel.
      asks_nothing: list of values with which a `go_test` remains that of rules_go; None if that is any value.
      option: struct with `name` (str) and `text` (function of a value to a str) of the runner's option that it sets.
      rule_attr: Attribute of that name of the rule; None for none.

    Returns:
      struct with all that.
    """
    return struct(
        asks_nothing = asks_nothing,
        default = default,
        doc = doc,
        errors = errors,
        instead_of_select = instead_of_select,
        macros = macros,
        of_bazel = of_bazel,
        option = option,
        rule_attr = rule_attr,
    )

def _seconds_errors(name, value):
    return [] if value == None or _is_whole(value) else [
        ("{} = {} is not a number of seconds.\n" +
         "hint: write a whole number, 1 or more, or 0 for no timeout.").format(name, repr(value)),
    ]

_MOST_RETRIES = 10

def _retries_errors(name, value):
    return [] if value == None or (_is_whole(value) and value <= _MOST_RETRIES) else [
        ("{} = {} is not a number of retries.\n" +
         "hint: write a whole number, 0 to {}.").format(name, repr(value), _MOST_RETRIES),
    ]

def _leaks_errors(name, value):
    return choice_errors(attribute = name, value = value, known = ["report", "fail", "ignore"])

def _switch_errors(name, value):
    return [] if type(value) in ("NoneType", "bool") else [
        "{} = {} is neither True nor False.\nhint: write one of them.".format(name, repr(value)),
    ]

def _is_whole(number):
    return type(number) == "int" and number >= 0

def _switch_option(name):
    return struct(name = name, text = lambda _value: "on")

# The groups live in an exec configuration, which far fewer flags and transitions change than the target one: so
# nearly all tests share one copy of each lock file. It is that of the exec group `test`, of the platform that the test
# runs on, because setups run there too. They may be anything, so that the rule can say what is wrong.
def _groups_attr(doc):
    return attr.label_keyed_string_dict(allow_files = True, cfg = config.exec(exec_group = "test"), doc = doc)

ATTRIBUTES = {
    "framework": _attribute(
        """\
How the cases of the program are listed and run.

- `"exec"`: the program is one case, which has the name of this target.
- `"go"`: a Go test binary, of rules_go or `go test -c`. Its tests, examples and fuzz seeds are cases, and subtests
  are parts of them. `args` and `--test_filter` mean what they mean with rules_go. The macro [`go_test`](rules_go.md)
  makes such a test in one step.
- `"protocol"`: a program that speaks the [worker protocol](adapters.md), and so runs the cases that it is handed. The
  macro [`pytest_test`](rules_python.md) makes one of pytest.""",
        default = "\"exec\"",
        macros = [GROUPED_TEST],
        instead_of_select = "write the name of one framework",
        errors = lambda _name, value: framework_errors(value),
        rule_attr = attr.string(mandatory = True),
    ),
    "resource_groups": _attribute(
        """\
Dictionary of the label of a `resource_group` to a list of globs over names of cases. `["*"]` means every case. While a
case runs, it holds each group that has a glob for it.

A glob takes one unit of the capacity, `GLOB=3` takes three, and `GLOB=shared` shares the group with other shared uses.
If several globs match a case, the strongest use counts: the largest weight, and shared last. Only a number or `shared`
behind the last `=` is a use, so `test[a=b]` is a glob. For a name that ends in `=3`, write `[=]3`.

A `select()` is an error: put what is conditional into the group, whose `capacity` takes one, or into an `alias`.""",
        default = "{}",
        instead_of_select = _IN_THE_GROUP,
        rule_attr = _groups_attr("Groups, each with a JSON list of uses: Bazel has no dictionary of label to list."),
    ),
    "group_markers": _attribute(
        """\
Dictionary of a name to the label of a `resource_group`, for cases that ask for groups in their own code: with
`{"db": "//resources:db"}`, a case with the mark `@pytest.mark.xdist_group("db")` holds one unit of `//resources:db`.
Several names may mean one group.""",
        default = "{}",
        macros = [GROUPED_TEST, _PYTEST_TEST],
        instead_of_select = _IN_THE_GROUP,
        rule_attr = _groups_attr("Groups, each with a JSON list of the names that marks call it by."),
    ),
    "strict_groups": _attribute(
        """\
Whether a name in a mark that `group_markers` does not have is an error. Otherwise such a name is a group of its own, of
scope `process` and capacity 1.""",
        default = "False",
        macros = [GROUPED_TEST, _PYTEST_TEST],
        instead_of_select = "write True or False",
        errors = _switch_errors,
        option = _switch_option("strict-groups"),
    ),
    "allow_empty": _attribute(
        """\
Whether the test passes if the program finds no case, or if its arguments leave none: in pytest, exit code 5. A
`--test_filter` that matches nothing passes anyway.""",
        default = "False",
        macros = [GROUPED_TEST, _PYTEST_TEST],
        instead_of_select = "write True or False",
        errors = _switch_errors,
        option = _switch_option("allow-empty"),
    ),
    "workers": _attribute(
        """\
How many cases may run at once in one shard: a number, or `"auto"` for as many as the test has `cpus`. With 0, one
process runs all cases in order, and holds every group that any of them needs. The default is 1, and `"auto"` with
`framework = "protocol"`. With `framework = "exec"`, more than 1 is an error, since the program is one case.""",
        instead_of_select = "write a number, or \"auto\", which adapts to the machine",
        # A worker, even one, is asked for.
        asks_nothing = [None],
        rule_attr = attr.string(mandatory = True),
    ),
    "serial": _attribute(
        """\
Which cases run alone among those of their shard, after all others: `True` for every case, or a list of globs over
names. A glob that matches no case is an error of the test. To be alone among more tests, use a group.""",
        default = "False",
        instead_of_select = "write True, False or a list of globs",
        rule_attr = attr.string_list(doc = "Globs over the names of the cases that run alone."),
    ),
    "keep_together": _attribute(
        """\
What is never divided among shards: a `"case"`, a `"class"` or a `"file"`. In a Go test or a program that is one case,
the class is the whole target, and `"file"` is an error.""",
        default = repr(DEFAULT_TOGETHER),
        instead_of_select = "write \"case\", \"class\" or \"file\"",
        asks_nothing = [None, DEFAULT_TOGETHER],
        rule_attr = attr.string(mandatory = True),
    ),
    "timings": _attribute(
        """\
Label of a JSON file with the seconds that cases are expected to take, by which they are ordered and divided among
shards: `{"NAME_OF_A_TARGET": {"TestLarge": 7.5}}`. Cases may be missing. `interlock timings` writes such a file. May be
a `select()`.""",
        rule_attr = attr.label(allow_single_file = [".json"]),
    ),
    "case_timeout": _attribute(
        """\
How many seconds a case may run, from when it holds its groups; 0 is no limit. A case that runs for longer is stopped
(SIGTERM, then SIGKILL up to 5 s later), and is an error. Coverage doubles the time.""",
        default = "0",
        instead_of_select = "write a number of seconds",
        errors = _seconds_errors,
        option = struct(name = "case-timeout", text = lambda value: "{}s".format(value)),
    ),
    "retries": _attribute(
        """\
How often a bad case runs again, until it passes: at most 10 times. It first gives back its groups and pauses, 0.1 s
and then twice as long each time. The log calls it `flaky`. All cases of a shard have 20 retries together.""",
        default = "0",
        instead_of_select = "write a number",
        errors = _retries_errors,
        option = struct(name = "retries", text = str),
    ),
    "leaks": _attribute(
        """\
What becomes of a case that leaves a process behind: `"report"` says so in the log and in `test.xml`, `"fail"` fails it,
and `"ignore"` does not look. The runner kills the process in any case.""",
        default = "\"report\"",
        instead_of_select = "write one word",
        errors = _leaks_errors,
        option = struct(name = "leaks", text = str),
    ),
    "cpus": _attribute(
        """\
How many CPUs Bazel reserves while a process of the test runs, as the tag `cpu:N` does. The tag wins if there is one.
More than one is rarely needed: a case that waits uses none.""",
        default = "1",
        instead_of_select = "write a number",
        asks_nothing = None,
        rule_attr = attr.int(mandatory = True),
    ),
    "size": _attribute(
        "As for any test. With a group, it also sets the *running budget*, unless there is a `timeout`.",
        default = "\"medium\"",
        macros = [GROUPED_TEST],
        of_bazel = True,
        instead_of_select = "write one size" + _NOT_FOR_BAZEL,
        errors = lambda _name, value: budget_errors(size = value, timeout = None),
    ),
    "timeout": _attribute(
        "As for any test. With a group, it is the *running budget*, which does not count waiting: see above.",
        macros = [GROUPED_TEST],
        of_bazel = True,
        instead_of_select = "write one timeout" + _NOT_FOR_BAZEL,
        errors = lambda _name, value: budget_errors(size = None, timeout = value),
    ),
    "shard_count": _attribute(
        "As for any test: among how many processes Bazel divides the cases, at most 50.",
        macros = [GROUPED_TEST],
        of_bazel = True,
    ),
    "flaky": _attribute(
        "As for any test: whether Bazel runs a failed target again, up to three times in all. See `retries` for cases.",
        macros = [GROUPED_TEST],
        of_bazel = True,
    ),
    "tags": _attribute(
        """\
As for any test. `resource-group:NAME`, `workers:N`, `shards:N` and `serial` configure this one:
see [`grouped_test`](rules.md#grouped_test).""",
        of_bazel = True,
        instead_of_select = "write a list" + _NOT_FOR_BAZEL,
    ),
    "args": _attribute(
        """\
Command-line arguments of the program. Those that begin with `--interlock-`, up to `--`, are settings of the runner:
[running.md](../guide/running.md) lists them. `$(location)` sees `data`.""",
        macros = [GROUPED_TEST],
        of_bazel = True,
    ),
    "env": _attribute(
        """\
Dictionary of environment variables, over those of `test`. `$(location)` sees `test` and `data`, and gives a path
relative to the runfiles. Make variables are expanded.""",
        macros = [GROUPED_TEST],
        of_bazel = True,
    ),
    "env_inherit": _attribute(
        "List of variables to take from the caller of Bazel, besides those of `test`.",
        macros = [GROUPED_TEST],
        of_bazel = True,
    ),
    "data": _attribute(
        "Files and targets that the program needs at run time, besides those of `test`.",
        macros = [GROUPED_TEST],
        of_bazel = True,
    ),
}

def rule_attributes():
    """The attributes of the rule that are in the table, by name."""
    return {name: attribute.rule_attr for name, attribute in ATTRIBUTES.items() if attribute.rule_attr}

def documented_attributes(macro):
    """What the reference says of the attributes of a macro.

    Args:
      macro: str.

    Returns:
      list of struct with `name`, `default` and `doc`, all str.
    """
    return [
        struct(name = name, default = attribute.default, doc = attribute.doc)
        for name, attribute in ATTRIBUTES.items()
        if macro in attribute.macros
    ]
