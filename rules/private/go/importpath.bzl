"""The import path of a Go test whose target has another name than the user gave."""

visibility("//rules/...")

def with_importpath(attributes, *, name, package):
    """Adds the import path that rules_go would infer: neither the code nor `x_defs` may notice the other name.

    Args:
      attributes: dict, that the user gave.
      name: str, name that the user gave.
      package: str, name of the package.

    Returns:
      dict, attributes with an import path if none is given or embedded.
    """
    if attributes.get("importpath") or attributes.get("embed"):
        return attributes
    return attributes | {"importpath": package if package.endswith(name) else (package + "/" + name).lstrip("/")}
