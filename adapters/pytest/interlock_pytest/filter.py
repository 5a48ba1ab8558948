"""Which of the collected items --test_filter selects."""

import re

import pytest
from _pytest.mark import KeywordMatcher
from _pytest.mark.expression import Expression


class Filter:
    """The plugin that deselects what a filter does not select.

    A filter is for all targets of a build, so it is not an error if it matches nothing here: the
    runner lists what there is. It selects from what the arguments have left, and does not replace
    them.

    Args:
      text: A list of node IDs, or of parts of them, separated by commas; or an expression for -k.
        Empty selects everything.
    """

    def __init__(self, text):
        self._text = text
        self._names = [_NodeID(name) for name in _split(text)] if _is_list_of_nodeids(text) else []
        # How many items the arguments have left, if the filter leaves none.
        self.left_out = 0

    def files(self, paths):
        """The paths that contain everything selected; None if the names do not show that."""
        if not self._names or not all(name.path for name in self._names):
            return None
        return [path for path in paths if any(name.has_file(path) for name in self._names)] or None

    def may_have(self, path):
        """Whether something in a file may be selected."""
        return not self._names or any(not name.path or name.has_file(path) for name in self._names)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        if not self._text or not items:
            return
        asks_for = self._matcher()
        chosen = [item for item in items if asks_for(item)]
        if not chosen:
            self.left_out = len(items)
        if len(chosen) < len(items):
            kept = set(chosen)
            config.hook.pytest_deselected(items=[item for item in items if item not in kept])
            items[:] = chosen

    def _matcher(self):
        if self._names:
            return lambda item: any(name.has(item) for name in self._names)
        try:
            expression = Expression.compile(self._text)
        except Exception as error:
            raise pytest.UsageError(
                "--test_filter=%s is neither a list of node IDs nor an expression as -k takes one: %s" % (self._text, error)
            ) from None
        return lambda item: expression.evaluate(KeywordMatcher.from_item(item))


class _NodeID:
    """A node ID, or a part of one: its path may lack some folders, or be missing."""

    def __init__(self, text):
        path, _, rest = text.partition("::")
        if not path.endswith(".py") and "/" not in path:
            path, rest = "", text
        self.path = path.strip("/")
        self._names = _names(rest)

    def has_file(self, path):
        return ("/" + self.path + "/") in ("/" + path.replace("\\", "/") + "/")

    def has(self, item):
        path, _, rest = item.nodeid.partition("::")
        if self.path and not self.has_file(path):
            return False
        names = _names(rest)
        starts = [0] if self.path else range(len(names))
        return any(self._begins(names[start:]) for start in starts)

    def _begins(self, names):
        """Whether names begin with the wanted ones. The last one may lack its parameters."""
        wanted = self._names
        if not wanted:
            return True
        if names[: len(wanted) - 1] != wanted[:-1] or len(names) < len(wanted):
            return False
        last = names[len(wanted) - 1]
        return wanted[-1] in (last, last.partition("[")[0])


def _names(rest):
    """The names after the path in a node ID. Parameters may contain colons, too."""
    plain, bracket, parameters = rest.partition("[")
    names = plain.split("::") if plain else []
    if bracket and names:
        names[-1] += bracket + parameters
    return names


def _is_list_of_nodeids(text):
    """Whether a filter names files or tests, and is not an expression for -k."""
    return "::" in text or "/" in text or re.search(r"\.py(,|$)", text) is not None


def _split(text):
    """The node IDs in a list. Parameters may contain commas, too."""
    names = []
    for part in text.split(","):
        if names and (names[-1].count("[") > names[-1].count("]") or not re.search(r"\.py$|::|/", part)):
            names[-1] += "," + part
        elif part:
            names.append(part)
    return names
