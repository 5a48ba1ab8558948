"""What of a target's files pytest is to look at."""

import os
import re

import pytest

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


class Selection:
    """The plugin that keeps pytest to the files of the target, and to what of them is asked for.

    Args:
      wanted: The value of --test_filter.
      files: Paths of the target's sources; None leaves it to pytest to find some.
      data: Paths of its other files. Pytest may look at those that are among the sources.
      config: Path of pytest's configuration file. None looks for one beside and above the sources.
    """

    def __init__(self, *, wanted="", files=None, data=(), config=None):
        self._wanted = wanted
        self._files = None if files is None else {os.path.abspath(file) for file in files}
        self._config = config or (_config_above(files) if files else None)
        seen = (self._files or set()) | {os.path.abspath(file) for file in data}
        self._seen = seen | {folder for file in seen for folder in _above(file)}
        self.complete = True

    def options(self):
        """Options for pytest's command line, to go before the user's."""
        options = []
        if self._files is not None:
            options += ["-c", self._config or os.devnull]
            options += ["--rootdir=" + (os.path.dirname(self._config or "") or ".")]
        if "TEST_TMPDIR" in os.environ:
            # Beside the tests there may be no place to write.
            options += ["--basetemp=" + os.path.join(os.environ["TEST_TMPDIR"], "t")]
            options += ["-o", "cache_dir=" + os.path.join(os.environ["TEST_TMPDIR"], "cache")]
        if self._wanted and not _is_list_of_nodeids(self._wanted):
            options += ["-k", self._wanted]
        return options

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config):
        # They may add options, whatever tests are asked for.
        if self._files is not None:
            early_config.known_args_namespace.file_or_dir = self._folders()

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        given = config.option.file_or_dir
        if _is_list_of_nodeids(self._wanted):
            # Of what a filter names, other targets may have the rest.
            asked = [found for name in _split(self._wanted) for found in self._find(name)]
        elif given and self._files is not None:
            asked = [self._find_or_fail(name) for name in given]
        else:
            asked = None
        self.complete = asked is None
        if asked is not None:
            config.args = asked
        elif self._files is not None:
            config.args = self._folders()

    def pytest_ignore_collect(self, collection_path):
        return None if self._files is None or str(collection_path) in self._seen else True

    def _folders(self):
        folders = {os.path.dirname(os.path.relpath(file)) or "." for file in self._files}
        return sorted(folder for folder in folders if not any(_is_below(folder, other) for other in folders))

    def _find(self, name):
        """Where a node ID is, seen from the current folder: in a list of one, or of none if it is not here."""
        if self._files is None:
            return [name]
        path, separator, rest = name.partition("::")
        for base in ("", os.path.dirname(self._config or "")):
            found = os.path.normpath(os.path.join(base, path))
            if os.path.abspath(found) in self._seen:
                return [found + separator + rest]
        return []

    def _find_or_fail(self, name):
        found = self._find(name)
        if not found:
            raise pytest.UsageError(
                "args: %s is none of the files of this target, nor in one of them; they are %s"
                % (name, ", ".join(sorted(os.path.relpath(file) for file in self._files)))
            )
        return found[0]


def _is_list_of_nodeids(text):
    """Whether a --test_filter names files or tests, and is not what -k takes."""
    return "::" in text or text.endswith(".py")


def _split(text):
    """The node IDs in a list. Parameters may have commas, too."""
    names = []
    for part in text.split(","):
        if names and not re.match(r"[^\[\]]*(\.py$|::)", part):
            names[-1] += "," + part
        elif part:
            names.append(part)
    return names


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
