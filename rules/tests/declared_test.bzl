"""A test of which attributes a macro has given to a target."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

visibility("//rules/tests/...")

def _declared_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, json.decode(ctx.attr.expected), json.decode(ctx.attr.actual))
    return unittest.end(env)

declared_test = unittest.make(
    _declared_test_impl,
    doc = "Passes if two JSON values are equal: what `declared` returns, and what is expected.",
    attrs = {"actual": attr.string(), "expected": attr.string()},
)

def declared(name, attributes):
    """Some attributes of a target of this package that has been declared.

    Args:
      name: str, name of the target.
      attributes: list of str, names of attributes; those that it does not have are left out.

    Returns:
      str, a JSON object, or `null` if there is no such target.
    """
    found = native.existing_rule(name)
    return json.encode({
        attribute: list(found[attribute]) if type(found[attribute]) == "tuple" else found[attribute]
        for attribute in attributes
        if attribute in found
    } if found else None)
