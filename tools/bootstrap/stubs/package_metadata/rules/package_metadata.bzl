"""Declares where a package comes from."""

load("//providers:package_metadata_info.bzl", "PackageMetadataInfo")

def _package_metadata_impl(ctx):
    metadata = ctx.actions.declare_file(ctx.label.name + ".package-metadata.json")
    ctx.actions.write(metadata, json.encode({"purl": ctx.attr.purl}))
    return [
        DefaultInfo(files = depset([metadata])),
        PackageMetadataInfo(files = depset([metadata]), metadata = metadata),
    ]

_package_metadata = rule(
    implementation = _package_metadata_impl,
    attrs = {
        "attributes": attr.label_list(),
        "purl": attr.string(mandatory = True),
    },
)

def package_metadata(name, **kwargs):
    """Declares the metadata of a package.

    Args:
      name: name of the target.
      **kwargs: attributes of the rule.
    """

    # The package's default would name this very target, which would depend on itself.
    _package_metadata(name = name, applicable_licenses = [], **kwargs)
