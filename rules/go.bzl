"""Go tests whose cases hold resource groups and run on several workers.

```starlark
load("@rules_interlock//rules:go.bzl", "go_test")
```

With Gazelle, one line makes this the `go_test` of a folder and of those below:

```starlark
# gazelle:map_kind go_test go_test @rules_interlock//rules:go.bzl
```
"""

load("//rules/private/go:go_test.bzl", _go_test = "go_test")

visibility("public")

go_test = _go_test
