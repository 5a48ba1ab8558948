"""Go tests made in numbers."""

def go_test_source(*, name, count, body, package = "time", used = "time.Duration"):
    """Generates a Go file of many tests.

    Args:
      name: Name of the file, without `.go`.
      count: How many tests.
      body: What each of them does, in Go that needs no import but `testing` and the package.
      package: Path of a package to import.
      used: A type of that package.
    """
    native.genrule(
        name = name,
        testonly = True,
        outs = [name + ".go"],
        cmd = """
          echo 'package x; import ("testing"; "{package}"); var _ {used}' > $@
          for i in $$(seq {count}); do echo "func Test$$i(t *testing.T) {{ {body} }}"; done >> $@
        """.format(body = body, count = count, package = package, used = used),
    )
