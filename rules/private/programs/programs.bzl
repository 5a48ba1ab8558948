"""The programs of a release, and the platforms that they are built for."""

visibility("private")

# What each program is built from.
PROGRAMS = {
    "cluster_runner": "//runner/cluster",
    "doctor": "//runner/examine",
    "interlock": "//tools/interlock",
    "interlock_cluster": "//tools/interlock/cluster",
    "runner": "//runner:interlock",
}

# The platforms by the names that rules_go has for them.
_LINUX = {
    "linux_amd64": ["@platforms//os:linux", "@platforms//cpu:x86_64"],
    "linux_arm64": ["@platforms//os:linux", "@platforms//cpu:aarch64"],
}
_DARWIN = {
    "darwin_amd64": ["@platforms//os:macos", "@platforms//cpu:x86_64"],
    "darwin_arm64": ["@platforms//os:macos", "@platforms//cpu:aarch64"],
}

PLATFORMS = _LINUX | _DARWIN

def platforms_of(program):
    """Where a program can run: tests with locks run on Linux only.

    Args:
      program: str, a key of `PROGRAMS`.

    Returns:
      list of str, keys of `PLATFORMS`.
    """
    return list(PLATFORMS if program == "interlock" else _LINUX)

def file_name(program, platform):
    """The name of a program's file in a release.

    Args:
      program: str, a key of `PROGRAMS`.
      platform: str, a key of `PLATFORMS`.

    Returns:
      str.
    """
    return "{}-{}".format(program, platform)
