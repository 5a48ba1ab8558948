"""The provider through which a package tells where it comes from."""

PackageMetadataInfo = provider(
    doc = "Where a package comes from.",
    fields = {
        "files": "depset of File: the metadata and what it refers to.",
        "metadata": "File: the metadata, as JSON.",
    },
)
