"""The programs that tests and people run: fetched in a release, and built from source elsewhere."""

load(":programs.bzl", "PLATFORMS", "PROGRAMS", "file_name", "platforms_of")
load(":release.bzl", "SHA256", "VERSION")

visibility("private")

_URL = "https://github.com/interlock-build/rules_interlock/releases/download/v{}/{}"

_PREBUILT_BUILD = """\
load("@bazel_skylib//rules:native_binary.bzl", "native_binary")

native_binary(
    name = "program",
    src = "file",
    out = {out},
    visibility = ["//visibility:public"],
)
"""

def _prebuilt_impl(ctx):
    ctx.download(
        executable = True,
        output = "file",
        sha256 = ctx.attr.sha256,
        url = ctx.attr.url,
    )
    ctx.file("BUILD.bazel", _PREBUILT_BUILD.format(out = repr(ctx.attr.program)))

_prebuilt = repository_rule(
    implementation = _prebuilt_impl,
    doc = "One program for one platform.",
    attrs = {
        "program": attr.string(mandatory = True),
        "sha256": attr.string(mandatory = True),
        "url": attr.string(mandatory = True),
    },
)

_PLATFORM = """
config_setting(
    name = {name},
    constraint_values = {constraints},
)
"""

_ALIAS = """
alias(
    name = {name},
    actual = {actual},
    visibility = ["//visibility:public"],
)
"""

_SELECT = """select(
        {choices},
        no_match_error = {error},
    )"""

def _hub_impl(ctx):
    text = "".join([
        _PLATFORM.format(constraints = constraints, name = repr(name))
        for name, constraints in PLATFORMS.items()
    ])
    for program, source in PROGRAMS.items():
        # The canonical label, since a user may call the module something else.
        actual = repr(str(Label(source)))
        if ctx.attr.prebuilt:
            actual = _SELECT.format(
                choices = repr({
                    ":" + platform: "@{}//:program".format(_repository(program, platform))
                    for platform in platforms_of(program)
                    if file_name(program, platform) in ctx.attr.prebuilt
                }),
                error = repr("The release of rules_interlock has no {} for this platform.\nhint: build it from source: ".format(program) +
                             "give the module by a git_override or an archive_override of a commit."),
            )
        text += _ALIAS.format(actual = actual, name = repr(program))
    ctx.file("BUILD.bazel", text)

_hub = repository_rule(
    implementation = _hub_impl,
    doc = "All programs, for the platform that they run on.",
    attrs = {"prebuilt": attr.string_list(doc = "The file names of what is fetched; empty to build from source.")},
)

def _repository(program, platform):
    return "interlock_{}_{}".format(program, platform)

def _programs_impl(module_ctx):
    for program in PROGRAMS:
        for platform in platforms_of(program):
            name = file_name(program, platform)
            if name in SHA256:
                _prebuilt(
                    name = _repository(program, platform),
                    program = program,
                    sha256 = SHA256[name],
                    url = _URL.format(VERSION, name),
                )
    _hub(name = "interlock_programs", prebuilt = SHA256.keys())
    return module_ctx.extension_metadata(reproducible = True)

programs = module_extension(
    implementation = _programs_impl,
    doc = "Declares the repository `interlock_programs`.",
)
