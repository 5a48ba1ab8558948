"""A look at the rule behind the `test` of a grouped test."""

load("//rules/private/messages:labels.bzl", "shown_label")
load(":providers.bzl", "InnerTestInfo")

visibility("//rules/...")

def inner_test_error(*, label, kind, manual):
    """Says why a target must not be the `test` of a grouped test.

    Args:
      label: Label.
      kind: str, name of its rule.
      manual: bool, whether it has the tag `manual`.

    Returns:
      str, or None.
    """
    if kind in ("grouped_test", "go_grouped_test"):
        return ("test = {} is a grouped_test itself. One inside another would wait for its groups while holding " +
                "those of the other, which can deadlock.\n" +
                "hint: give the inner one's test to the outer one, with all the " +
                "groups.").format(shown_label(label))
    if kind.endswith("_test") and not manual:
        return ("test = {} is a {} without the tag \"manual\", so that patterns such as //... would run it a " +
                "second time, without its groups.\n" +
                "hint: add tags = [\"manual\"] to it.").format(shown_label(label), kind)
    return None

def _inner_test_aspect_impl(target, ctx):
    return [InnerTestInfo(
        kind = ctx.rule.kind,
        label = target.label,
        manual = "manual" in ctx.rule.attr.tags,
    )]

inner_test_aspect = aspect(
    implementation = _inner_test_aspect_impl,
    doc = "Tells a grouped test of what rule its `test` is, seen through aliases.",
)
