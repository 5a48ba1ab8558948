"""The public rules of rules_interlock. What you cannot load from `//rules` is private, and changes without notice.

```starlark
load("@rules_interlock//rules:defs.bzl", "grouped_test", "resource_group")
```
"""

load("//rules/private/group:resource_group.bzl", _resource_group = "resource_group")
load("//rules/private/test:grouped_test.bzl", _grouped_test = "grouped_test")

visibility("public")

grouped_test = _grouped_test
resource_group = _resource_group
