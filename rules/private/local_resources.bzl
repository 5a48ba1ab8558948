"""Resource groups as Bazel's own local resources: tests that would only wait are not even started.

This saves the CPU slots that waiting tests hold, and is never what keeps tests apart.
"""

visibility("//rules/...")

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+~/@-"

# What a test needs to make progress; how many more units it uses is between it and the locks.
_UNITS = 1

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

def resource_requirement(label):
    """The execution requirement, or tag, of a test whose every case holds a group."""
    return "resources:{}:{}".format(local_resource_name(label), _UNITS)

def local_resources_flag(label, *, capacity):
    """The flag that such a test needs, or Bazel does not run it."""
    return "--local_resources={}={}".format(local_resource_name(label), capacity)

def _escaped(name):
    # Of a single character, the hash is the code.
    return "".join([
        character if character in _PLAIN else "%{}%".format("%x" % hash(character))
        for character in name.elems()
    ])
