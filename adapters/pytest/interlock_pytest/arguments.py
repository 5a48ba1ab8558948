"""Which of a target's files pytest may look at."""

import os
import re
import tempfile

import pytest

# The files that configure pytest, in the order in which it looks, and what begins its part in a
# file that also configures other things
# (https://docs.pytest.org/en/stable/reference/customize.html).
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
    """The plugin that limits pytest to the files of the target, and to those that are selected.

    Args:
      files: Paths of the target's sources; None lets pytest find some.
      data: Paths of its other files. Pytest may look at those that are among the sources.
      config: Path of pytest's configuration file. With None, pytest looks for one beside and above
        the sources.
      wanted: The Filter for --test_filter; None means none.
    """

    def __init__(self, *, files=None, data=(), config=None, wanted=None):
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
            root = os.path.dirname(self._config or "") or "."
            options += ["--rootdir=" + root, "--confcutdir=" + root]
            config = self._config or _instead_of_others()
            options += ["-c", config] if config else []
        return options

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config):
        # They may add options, whatever tests are selected.
        if self._files is not None:
            early_config.known_args_namespace.file_or_dir = self._folders()

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        if "TEST_TMPDIR" in os.environ:
            # The folder of the tests may be read-only. Without the cache plugin, an option would be
            # unknown.
            config._inicache["cache_dir"] = os.path.join(os.environ["TEST_TMPDIR"], "cache")
        given = getattr(config.option, "file_or_dir", None)  # not with --help
        if given and self._files is not None:
            asked = [self._find_or_fail(name) for name in given]
        elif self._files is not None and self._wanted is not None:
            asked = self._wanted.files(sorted(map(os.path.relpath, self._files)))
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
        """The path of a node ID, from the current folder, in a list; empty if it is not here."""
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


def _instead_of_others():
    """An empty configuration file, if pytest would use one above the target's files; or None."""
    here = os.getcwd()
    if not any(_config_in(folder) for folder in _above(here)):
        return None
    handle, path = tempfile.mkstemp(suffix=".ini", dir=os.environ.get("TEST_TMPDIR"))
    os.close(handle)
    return path


def _config_above(files):
    folder = os.path.relpath(os.path.commonpath([os.path.dirname(os.path.abspath(file)) for file in files]))
    return next(filter(None, map(_config_in, [folder] + list(_above(folder)))), None)


def _config_in(folder):
    """The path of a folder's configuration file; None if there is none."""
    for name, part in _CONFIGS:
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.isfile(path) and (part is None or _has(path, part)):
            return path
    return None


def _has(path, pattern):
    with open(path, encoding="utf-8") as file:
        return re.search(pattern, file.read(), re.MULTILINE) is not None


def _above(path):
    """The folders above a path; for a relative path they end with the current folder."""
    while path not in ("", ".", os.path.dirname(path)) and os.path.basename(path) != "..":
        path = os.path.dirname(path)
        yield path or "."


def _is_below(path, folder):
    return path != folder and (folder == "." or path.startswith(folder + os.sep))
