"""Pytest's command line: the files of the target, and what of them is asked for."""

import importlib.util
import os
import re

# The files that configure pytest, in the order in which it looks, and how a file that configures
# other things as well begins its part (https://docs.pytest.org/en/stable/reference/customize.html).
_CONFIGS = (
    ("pytest.toml", None),
    (".pytest.toml", None),
    ("pytest.ini", None),
    (".pytest.ini", None),
    ("pyproject.toml", r"^\[tool\.pytest(\.ini_options)?\]"),
    ("tox.ini", r"^\[pytest\]"),
    ("setup.cfg", r"^\[tool:pytest\]"),
)

# Options whose value may look like the path of a test.
_WITH_PATHS = frozenset(
    "-c --config-file --rootdir --confcutdir --basetemp --ignore --ignore-glob --deselect -k -m -p -o --override-ini "
    "-W --pythonwarnings --junit-xml --junitxml --log-file --debug --cov --cov-config --cov-report --import-mode".split()
)


class Arguments:
    """Args of a program, and what they ask for.

    Args:
      args: The program's arguments.
      wanted: The value of --test_filter.
      files: Paths of the target's files; None leaves it to pytest to find some.
      config: Path of pytest's configuration file, or None.
    """

    def __init__(self, args, *, wanted="", files=None, config=None):
        self._files = None if files is None else {os.path.abspath(file) for file in files}
        self._config = config or (_config_above(files) if files else None)
        self._args, asked = self._divide(args)
        if is_list_of_nodeids(wanted):
            asked = [name for name in wanted.split(",") if name]
        elif wanted:
            self._args += ["-k", wanted]
        self._asked = None if not asked else [found for name in asked for found in self._find(name)]

    @property
    def complete(self):
        """Whether pytest is to look at all files."""
        return self._asked is None

    def list(self):
        """The arguments for pytest."""
        ours = []
        if self._files is not None:
            config = self._config or os.devnull
            ours = ["-c", config, "--rootdir=" + (os.path.dirname(self._config or "") or ".")]
        if "TEST_TMPDIR" in os.environ:
            # Beside the tests there may be no place to write.
            ours += ["--basetemp=" + os.path.join(os.environ["TEST_TMPDIR"], "t")]
            ours += ["-o", "cache_dir=" + os.path.join(os.environ["TEST_TMPDIR"], "cache")]
        last = ["-n0"] if has_xdist(self._args) else []
        return ours + self._args + last + (self._asked or self._folders())

    def plugin(self):
        """The plugin that keeps pytest to the files, and to what is asked for."""
        return _Files(self._files, nothing=self._asked == [])

    def _folders(self):
        folders = {os.path.dirname(os.path.relpath(file)) or "." for file in self._files or ()}
        return sorted(folder for folder in folders if not any(_is_below(folder, other) for other in folders))

    def _divide(self, args):
        """Tells the tests among the arguments from the options."""
        options, tests = [], []
        for previous, arg in zip([""] + args, args):
            names_test = "::" in arg or arg.endswith(".py") or (os.path.isdir(arg) and not previous.startswith("-"))
            if self._files is not None and names_test and arg[0] != "-" and previous not in _WITH_PATHS:
                tests.append(arg)
            else:
                options.append(arg)
        return options, tests

    def _find(self, name):
        """Where a node ID is, seen from the current folder. Another target may be meant: then it is nowhere here."""
        if self._files is None:
            return [name]
        path, separator, rest = name.partition("::")
        for base in ("", os.path.dirname(self._config or "")):
            found = os.path.normpath(os.path.join(base, path))
            if any(file == os.path.abspath(found) or _is_below(file, os.path.abspath(found)) for file in self._files):
                return [found + separator + rest]
        return []


class _Files:
    """Keeps pytest to some files; None is any."""

    def __init__(self, files, nothing):
        self._files = files
        self._folders = None if files is None else {folder for file in files for folder in _above(file)}
        self._nothing = nothing

    def pytest_ignore_collect(self, collection_path):
        if self._nothing:
            return True
        if self._files is None:
            return None
        path = str(collection_path)
        return None if path in self._files or path in self._folders else True


def has_xdist(args):
    """Whether pytest is going to load pytest-xdist."""
    return "no:xdist" not in args and importlib.util.find_spec("xdist") is not None


def is_list_of_nodeids(text):
    """Whether a --test_filter names files or tests, and is not what -k takes."""
    return "::" in text or text.endswith(".py")


def _config_above(files):
    folder = os.path.relpath(os.path.commonpath([os.path.dirname(os.path.abspath(file)) for file in files]))
    for above in [folder] + list(_above(folder)):
        for name, part in _CONFIGS:
            path = os.path.normpath(os.path.join(above, name))
            if os.path.isfile(path) and (part is None or _has(path, part)):
                return path
    return None


def _has(path, pattern):
    with open(path, encoding="utf-8") as file:
        return re.search(pattern, file.read(), re.MULTILINE) is not None


def _above(path):
    """The folders above a path; those of a relative one end with the current folder."""
    while path not in ("", ".", os.path.dirname(path)) and os.path.basename(path) != "..":
        path = os.path.dirname(path)
        yield path or "."


def _is_below(path, folder):
    return path != folder and (folder == "." or path.startswith(folder + os.sep))
