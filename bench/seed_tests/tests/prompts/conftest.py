"""Fixtures for tests of prompts."""

import pytest

from app.prompts import Library


@pytest.fixture(scope="module")
def greetings():
    library = Library()
    library.add("greeting", "Hello {name}")
    library.add("greeting", "Good day, {name|title}")
    library.add("farewell", "Goodbye {name}, until {day}")
    return library
