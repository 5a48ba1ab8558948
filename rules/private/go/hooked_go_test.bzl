"""Links a test of rules_go once more, with a hook by which it tells the runner what its cases do.

The hook is called by the main package, which rules_go generates. So what it does to compile that and to link the test
is done once more, as it did it, but for that file and one more package: whatever the toolchain, the mode and the
attributes of the test are, they are the same.
"""

load("@rules_go//go:def.bzl", "GoArchive")
load(":providers.bzl", "HookedGoTestInfo")

visibility("//rules/...")

# The actions of rules_go by their mnemonics.
_GENERATE = "GoTestGenTest"
_COMPILE = "GoCompilePkg"
_LINK = "GoLink"

def _hooked_go_test_aspect_impl(target, ctx):
    generate = _action(target, _GENERATE)
    if not generate:
        return []
    main = generate.outputs.to_list()[0]
    folder = ctx.label.name + ".interlock/"
    cases = ctx.actions.declare_file(folder + "cases")
    hooked_main = ctx.actions.declare_file(folder + "testmain.go")
    args = ctx.actions.args()
    args.add("-in", main)
    args.add("-cases", cases)
    args.add("-hooked", hooked_main)
    ctx.actions.run(
        arguments = [args],
        executable = ctx.executable._testmain,
        inputs = [main],
        mnemonic = "InterlockGoTestMain",
        outputs = [cases, hooked_main],
        progress_message = "Hooking into the main package of %{label}",
    )

    hook = ctx.attr._hook[GoArchive].data
    compile = _action(target, _COMPILE, input = main)
    library, export = [ctx.actions.declare_file(folder + "testmain" + suffix) for suffix in [".a", ".x"]]
    compiled = _again(
        ctx,
        compile,
        added = ["-arc", "{}={}={}".format(hook.importpath, hook.importmap, hook.export_file.path)],
        inputs = [hooked_main, hook.export_file],
        replaced = {main: hooked_main},
        outputs = {".a": library, ".x": export},
    )

    link = _action(target, _LINK)
    executable = ctx.actions.declare_file(folder + link.outputs.to_list()[0].basename)
    _again(
        ctx,
        link,
        added = ["-arc", "{}={}={}".format(hook.label, hook.importmap, hook.file.path)],
        inputs = [library, hook.file],
        replaced = compiled,
        outputs = {"": executable},
    )
    return [HookedGoTestInfo(cases = cases, executable = executable)]

def _action(target, mnemonic, input = None):
    for action in target.actions:
        if action.mnemonic == mnemonic and (not input or input in action.inputs.to_list()):
            return action
    return None

# Does what an action has done, with other inputs and outputs. Returns what takes the place of what.
def _again(ctx, action, *, added, inputs, replaced, outputs):
    replaced = dict(replaced)
    for output in action.outputs.to_list():
        for suffix, new in outputs.items():
            if output.path.endswith(suffix):
                replaced[output] = new
    paths = {old.path: new.path for old, new in replaced.items()}
    argv = [paths.get(arg, arg) for arg in action.argv]
    ctx.actions.run(
        # Behind the builder and the name of its command.
        arguments = argv[1:2] + added + argv[2:],
        env = action.env,
        executable = argv[0],
        inputs = depset(inputs, transitive = [action.inputs]),
        mnemonic = action.mnemonic,
        outputs = outputs.values(),
    )
    return replaced

hooked_go_test_aspect = aspect(
    implementation = _hooked_go_test_aspect_impl,
    attrs = {
        "_hook": attr.label(default = "//adapters/gotest/hook"),
        "_testmain": attr.label(
            cfg = "exec",
            default = "//adapters/gotest/testmain",
            executable = True,
        ),
    },
    doc = "Links a test of rules_go once more, with the hook.",
)
