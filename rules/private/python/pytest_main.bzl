"""The program of a pytest test: it has the names of the files that pytest is to look at."""

visibility("//rules/...")

_PROGRAM = '''\
"""The program of {label}: pytest, as a worker of the runner where that starts it."""

import sys

import interlock_pytest

if __name__ == "__main__":
    sys.exit(interlock_pytest.main(
        sys.argv[1:],
        files={files},
        data={data},
        config={config},
    ))
'''

def _pytest_main_impl(ctx):
    program = ctx.outputs.out
    ctx.actions.write(program, _PROGRAM.format(
        label = ctx.label,
        data = _paths(ctx.files.data),
        files = _paths(ctx.files.srcs),
        config = json.encode(ctx.file.config.short_path) if ctx.file.config else None,
    ))
    return [DefaultInfo(files = depset([program]))]

# As seen from where a test begins.
def _paths(files):
    return json.encode(sorted([file.short_path for file in files]))

pytest_main = rule(
    implementation = _pytest_main_impl,
    doc = "Writes the main file of a `py_test`.",
    attrs = {
        "config": attr.label(allow_single_file = True),
        "data": attr.label_list(allow_files = True),
        "out": attr.output(
            doc = "A declared output, since a symbolic macro knows no other file by its label.",
            mandatory = True,
        ),
        "srcs": attr.label_list(allow_files = True),
    },
)
