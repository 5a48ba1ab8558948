"""The environment that a test declares."""

visibility("//rules/...")

def runfiles_locations(value):
    """Makes `$(location)` in a variable mean a path among the runfiles, as it does in a native test's.

    Args:
      value: str.

    Returns:
      str for `ctx.expand_location`, which would put paths of the build's own there.
    """
    return value.replace("$(location ", "$(rootpath ").replace("$(locations ", "$(rootpaths ")

def merge_environments(*, inner, inner_inherited, outer, outer_inherited):
    """Lays the environment of a wrapping test over that of the wrapped one.

    Args:
      inner: dict of str to str, variables that the wrapped target sets.
      inner_inherited: list of str, variables that it takes from the caller.
      outer: dict of str to str, the same of the wrapping test.
      outer_inherited: list of str, the same of the wrapping test.

    Returns:
      struct with `environment` and `inherited_environment`, for `RunEnvironmentInfo`.
    """

    # Bazel lets an inherited value win over a fixed one, so where the outer test fixes a variable, the
    # inner one must not inherit it.
    inherited = [name for name in inner_inherited if name not in outer] + outer_inherited
    return struct(
        environment = inner | outer,
        inherited_environment = {name: None for name in inherited}.keys(),
    )
