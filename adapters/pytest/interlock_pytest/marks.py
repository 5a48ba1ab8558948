"""Marks that have a meaning for the runner."""


class Marks:
    """Declares the marks, for suites with --strict-markers."""

    def pytest_configure(self, config):
        config.addinivalue_line(
            "markers", "xdist_group(name): hold the resource group of that name while the test runs."
        )
        config.addinivalue_line("markers", "serial: run alone among the tests of this process, after all others.")


def groups_of(item):
    """The names of the groups that an item asks for."""
    names = (
        mark.args[0] if mark.args else mark.kwargs.get("name", "default") for mark in item.iter_markers("xdist_group")
    )
    return sorted({str(name) for name in names})


def is_serial(item):
    """Whether an item must run alone."""
    return item.get_closest_marker("serial") is not None
