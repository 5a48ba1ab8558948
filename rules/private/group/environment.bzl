"""The environment variables that a resource group gives to the cases that hold it."""

load(":templates.bzl", "parse_template")

visibility("//rules/...")

_FIRST = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_REST = _FIRST + "0123456789"

# What Bazel tells a test, the runner its cases, and either of them would be misled by.
_OWNED_PREFIXES = ("INTERLOCK_", "TEST_", "TESTBRIDGE_", "COVERAGE", "GTEST_SHARD_", "PYTEST_XDIST_")
_OWNED = [
    "BAZEL_TEST",
    "GTEST_TOTAL_SHARDS",
    "JAVA_RUNFILES",
    "PYTHON_RUNFILES",
    "RUNFILES_DIR",
    "RUNFILES_MANIFEST_FILE",
    "RUNFILES_MANIFEST_ONLY",
    "XML_OUTPUT_FILE",
]

def group_environment_errors(*, env, has_instances, has_setup):
    """Says what is wrong with the attribute `env` of a group.

    Args:
      env: dict of str to str, templates by variable.
      has_instances: bool, whether the units have names.
      has_setup: bool, whether there is a port, and a program tells more fields.

    Returns:
      list of str.
    """
    errors = []
    for variable, template in env.items():
        problem = _variable_problem(variable)
        if problem:
            errors.append("env[{}]: {}.".format(repr(variable), problem))
        problem = _template_problem(template, has_instances = has_instances, has_setup = has_setup)
        if problem:
            errors.append("env[{}] = {}: {}.".format(repr(variable), repr(template), problem))
    return errors

def _variable_problem(name):
    if not name or name[0] not in _FIRST or name.strip(_REST):
        return ("this is not the name of an environment variable.\nhint: write a letter or '_', then letters, digits " +
                "and '_'")
    if name in _OWNED or name.startswith(_OWNED_PREFIXES):
        return ("Bazel or the runner sets this variable, and would no longer be understood.\n" +
                "hint: take another name, and " +
                "let the test read that")
    return None

def _template_problem(template, *, has_instances, has_setup):
    parsed = parse_template(template)
    if parsed.problem:
        return parsed.problem
    for field in parsed.fields:
        if field == "instance" and not has_instances:
            return "there is no {instance}, since the group has no instances.\nhint: give it some, or write {index}"
        if field == "port" and not has_setup:
            return "there is no {port}, since the group has no setup.\nhint: give it one, or number the ports with {index}"
        if field not in ("index", "instance") and not has_setup:
            return ("there is no {{{}}}: the fields are {{index}}, with instances {{instance}}, and with a setup " +
                    "{{port}} and what that prints.\nhint: write '{{{{' for a brace").format(field)
    return None
