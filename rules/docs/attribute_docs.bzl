"""What the reference says of the attributes that macros take by `**kwargs`."""

load("//rules/private/test:attributes.bzl", "documented_attributes")

visibility("//rules/...")

def _attribute_docs_impl(ctx):
    file = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(file, json.encode_indent({
        macro: documented_attributes(macro)
        for macro in ctx.attr.macros
    }))
    return [DefaultInfo(files = depset([file]))]

attribute_docs = rule(
    implementation = _attribute_docs_impl,
    doc = "Writes NAME.json, which //tools/docgen reads.",
    attrs = {"macros": attr.string_list()},
)
