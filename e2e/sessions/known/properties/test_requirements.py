import pytest


@pytest.fixture(scope="session", autouse=True)
def of_the_suite(record_testsuite_property):
    record_testsuite_property("machine", "any")


def test_met(record_property):
    record_property("requirement", "R-1")
    record_property("milliseconds", 12)


def test_not_met(record_property):
    record_property("requirement", "R-2")
    assert False


def test_attribute(record_xml_attribute):
    record_xml_attribute("assertions", "2")
