"""What tests record for the reader of test.xml."""

import pytest

from . import record_fixtures


class Records:
    """Passes on what pytest's own fixtures would put into the file of --junit-xml.

    Properties of a test are in its reports, and need no fixture.

    Args:
      channel: The Channel to the runner.
    """

    def __init__(self, channel):
        self._channel = channel
        self._attributes = {}

    def pytest_configure(self, config):
        config.interlock_records = self
        config.pluginmanager.register(record_fixtures)

    def add_attribute(self, name, value):
        """Adds an attribute to the element of the running test."""
        self._attributes[str(name)] = str(value)

    def add_property(self, name, value):
        """Adds a property to the suite."""
        self._channel.send("property", name=name, value=str(value))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        if report.when == "teardown" and self._attributes:
            report.interlock_attributes, self._attributes = self._attributes, {}
