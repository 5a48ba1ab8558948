"""Which fixtures an item shares with others of its process."""

import pytest

# The collectors whose fixtures end with them, the outermost first. Fixtures of the session end
# with the
# process.
_COLLECTORS = (("package", pytest.Package), ("module", pytest.Module), ("class", pytest.Class))


def setup_of(item):
    """The node ID of the outermost package, module or class with fixtures of an item, or ""."""
    used = _scopes_of(item)
    for scope, collector in _COLLECTORS:
        if scope in used:
            above = item.getparent(collector)
            if above is not None:
                return above.nodeid
    return ""


def _scopes_of(item):
    """The scopes of an item's fixtures. Pytest knows only fixtures of its own collectors."""
    info = getattr(item, "_fixtureinfo", None)
    if info is None:
        return set()
    definitions = (info.name2fixturedefs.get(name, ()) for name in info.names_closure)
    return {definition.scope for several in definitions for definition in several}
