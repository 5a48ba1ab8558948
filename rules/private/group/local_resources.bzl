"""Resource groups as Bazel's own local resources: tests that would only wait are not even started.

This saves the CPU slots that waiting tests hold, and is never what keeps tests apart.
"""

visibility("//rules/...")

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+~/@-"

def local_resource_name(label):
    """Names the local resource of a group: its label, with `//` for the `:`, which Bazel does not take.

    No two labels have one name, since neither a package nor a target contains `//`.

    Args:
      label: Label.

    Returns:
      str that fits into a tag, a flag and a shell's word.
    """
    repository = "@@" + label.repo_name if label.repo_name else ""
    return _escaped("{}//{}//{}".format(repository, label.package, label.name))

def resource_requirement(label, *, units):
    """The execution requirement, or tag, of a test whose every case holds a group.

    Args:
      label: Label of the group.
      units: int, what each case takes, and so what the test needs to make progress. How many more it uses is
        between it and the locks.

    Returns:
      str.
    """
    return "resources:{}:{}".format(local_resource_name(label), units)

def local_resources_flag(label, *, capacity):
    """The flag that such a test needs, or Bazel does not run it."""
    return "--local_resources={}={}".format(local_resource_name(label), capacity)

def _escaped(name):
    # Of a single character, the hash is the code.
    return "".join([
        character if character in _PLAIN else "%{}%".format("%x" % hash(character))
        for character in name.elems()
    ])
