"""The key: what identifies a resource group to other workspaces."""

load(":scopes.bzl", "is_keyed")

visibility("//rules/...")

_GRAMMAR = "1 to 200 printable ASCII characters without spaces, in parts that '/' separates and none of which is empty"

_MAX_LENGTH = 200

_PRINTABLE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

def key_errors(*, key, scope):
    """Says what is wrong with a key.

    Args:
      key: str, empty for none.
      scope: str, one that exists.

    Returns:
      list of str.
    """
    if not is_keyed(scope):
        return [
            ("key = {} has no meaning here, because the label alone identifies a group of scope {}.\n" +
             "hint: remove the key.").format(repr(key), repr(scope)),
        ] if key else []
    if not key:
        return [
            ("key is missing: a group of scope {} is known by its key, since its label means nothing to other " +
             "workspaces.\nhint: write one that all who use the resource agree on, such as " +
             "key = \"acme/db\".").format(repr(scope)),
        ]
    problem = _problem(key)
    return [
        "key = {} cannot identify a group, because it {}.\nhint: write {}.".format(repr(key), problem, _GRAMMAR),
    ] if problem else []

def _problem(key):
    if len(key) > _MAX_LENGTH:
        return "has {} characters".format(len(key))
    for character in key.elems():
        if character not in _PRINTABLE:
            return "contains {}".format(repr(character))
    if key.startswith("/"):
        return "begins with '/'"
    if key.endswith("/"):
        return "ends with '/'"
    if "//" in key:
        return "contains '//'"
    return None
