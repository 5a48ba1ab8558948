"""What the Python tests of this repository import, fetched by pip: for its own development only.

Users bring their own pytest, by whatever way they bring other packages.
"""

visibility("private")

_BUILD = """\
load("@rules_python//python:defs.bzl", "py_library")

package(default_visibility = ["//visibility:public"])

# By which programs find the folder of all.
exports_files(["pytest/__init__.py"])

[
    py_library(
        name = name,
        srcs = glob([part + suffix for part in parts for suffix in ["/**/*.py", ".py"]], allow_empty = True),
        # Plugins are found by their metadata.
        data = glob([part + "-*/*.txt" for part in parts] + [part + "-*/METADATA" for part in parts], allow_empty = True),
        imports = ["."],
        deps = deps,
    )
    for name, (parts, deps) in {
        "coverage": (["coverage"], []),
        "pytest": (["_pytest", "iniconfig", "packaging", "pluggy", "py", "pygments", "pytest"], []),
        "pytest_xdist": (["execnet", "pytest_xdist", "xdist"], [":pytest"]),
    }.items()
]
"""

def _wheels_impl(ctx):
    python = ctx.which("python3")
    if not python:
        fail("The Python tests of rules_interlock need python3 on PATH: install it.")
    result = ctx.execute(
        [
            python,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-compile",
            "--no-deps",
            "--only-binary=:all:",
            "--quiet",
            "--require-hashes",
            "--target=.",
            "--requirement",
            ctx.path(ctx.attr.requirements),
        ],
    )
    if result.return_code:
        fail("The Python tests of rules_interlock need pip (python3-pip on Debian) and an index of packages:\n" +
             result.stderr)
    ctx.file("BUILD.bazel", _BUILD)

_wheels = repository_rule(
    implementation = _wheels_impl,
    attrs = {"requirements": attr.label(mandatory = True)},
    doc = "Python packages, as targets.",
)

def _pypi_impl(_):
    _wheels(name = "interlock_pypi", requirements = Label("//tools/python:requirements.txt"))

pypi = module_extension(
    implementation = _pypi_impl,
    doc = "Makes the repository `interlock_pypi`.",
)
