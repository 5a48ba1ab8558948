"""Where the runner finds a file: among its runfiles, and below the output folder."""

visibility("//rules/...")

def rlocation_path(*, short_path, workspace_name):
    """Path of a file among the runfiles, as the runfiles libraries take it.

    Args:
      short_path: str, `File.short_path`.
      workspace_name: str, `ctx.workspace_name`.

    Returns:
      str that begins with the canonical name of the file's repository.
    """
    if short_path.startswith("../"):
        return short_path[len("../"):]
    return workspace_name + "/" + short_path

def output_path(*, path, root):
    """Path of an output below `bazel-out/<configuration>/bin`, the same in every configuration.

    Args:
      path: str, `File.path`.
      root: str, `File.root.path`.

    Returns:
      str, relative.
    """
    return path.removeprefix(root + "/")
