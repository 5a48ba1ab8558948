"""Pytest tests made in numbers."""

def pytest_sources(*, name, files, count, body):
    """Generates files of many tests.

    Args:
      name: Folder of the files.
      files: How many files.
      count: How many tests in each.
      body: What each of them does, in one line of Python.

    Returns:
      list of str, the names of the files.
    """
    outs = ["{}/test_{}.py".format(name, number) for number in range(files)]
    native.genrule(
        name = name + "_sources",
        testonly = True,
        outs = outs,
        cmd = "for file in $(OUTS); do seq {count} | sed 's/.*/def test_&(): {body}/' > $$file; done".format(
            body = body,
            count = count,
        ),
    )
    return outs
