"""The list of the files that the programs of a setup need at run time."""

load("//rules/private/runner:paths.bzl", "rlocation_path")

visibility("//rules/...")

def write_setup_files(ctx, *, runfiles):
    """Writes `<name>.setup_files`: runfiles paths of files and folders, one a line.

    A Python toolchain has thousands of files, so the analysis never flattens them. For that reason a folder that an
    action has made is one line, and the empty `__init__.py` that Bazel adds to Python programs are missing.

    Args:
      ctx: The context of the rule.
      runfiles: runfiles of the programs, with the programs themselves.

    Returns:
      File.
    """
    workspace_name = ctx.workspace_name

    def below_workspace(path):
        return rlocation_path(short_path = path, workspace_name = workspace_name)

    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    for paths, line in [
        (runfiles.files, lambda file: below_workspace(file.short_path)),
        (runfiles.symlinks, lambda symlink: below_workspace(symlink.path)),
        (runfiles.root_symlinks, lambda symlink: symlink.path),
    ]:
        lines.add_all(paths, allow_closure = True, expand_directories = False, map_each = line)

    list_file = ctx.actions.declare_file(ctx.label.name + ".setup_files")
    ctx.actions.write(list_file, lines)
    return list_file
