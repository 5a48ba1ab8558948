"""Among which test cases a resource group holds."""

load("//rules/private/messages:choices.bzl", "choice_errors")

visibility("//rules/...")

DEFAULT_SCOPE = "build"

_SCOPES = ["process", "build", "host", "cluster"]

# The label means nothing to other workspaces.
_KEYED = ["host", "cluster"]

def scope_errors(scope):
    """Says what is wrong with a scope.

    Args:
      scope: str.

    Returns:
      list of str.
    """
    return choice_errors(attribute = "scope", value = scope, known = _SCOPES)

def is_keyed(scope):
    """Says whether a group of this scope is identified by its key, and not by its label."""
    return scope in _KEYED
