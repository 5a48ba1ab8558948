"""Pytest tests whose cases hold resource groups and run on several workers.

```starlark
load("@rules_interlock//rules:python.bzl", "pytest_test")
```

[from-xdist.md](../guide/from-xdist.md) says what to write instead of each option, mark and fixture of pytest-xdist.
"""

load("//rules/private/python:pytest_test.bzl", _pytest_test = "pytest_test")

visibility("public")

pytest_test = _pytest_test
