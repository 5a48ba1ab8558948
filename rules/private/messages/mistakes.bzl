"""How a rule fails.

A mistake is a str: one short sentence, then a line that begins with `hint: ` and says what to do.
"""

load(":labels.bzl", "shown_label")

visibility("//rules/...")

def fail_for(label, mistakes):
    """Fails if there are mistakes. They stand on lines of their own, below Bazel's traceback.

    Args:
      label: Label of the target that has them.
      mistakes: list of str.
    """
    if mistakes:
        fail("".join([
            "\n{}: {}".format(shown_label(label), mistake)
            for mistake in mistakes
        ]))
