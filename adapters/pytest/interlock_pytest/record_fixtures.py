"""Fixtures of pytest that record something for --junit-xml, and here also for the runner."""

import pytest


@pytest.fixture
def record_xml_attribute(record_xml_attribute, request):
    """Adds an attribute to the element of the test in test.xml."""
    return _and_then(record_xml_attribute, request.config.interlock_records.add_attribute)


@pytest.fixture(scope="session")
def record_testsuite_property(record_testsuite_property, request):
    """Adds a property to the element of the suite in test.xml."""
    return _and_then(record_testsuite_property, request.config.interlock_records.add_property)


def _and_then(first, second):
    def both(name, value):
        __tracebackhide__ = True
        first(name, value)
        second(name, value)

    return both
