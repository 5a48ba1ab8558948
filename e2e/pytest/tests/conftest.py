import pytest


@pytest.fixture(scope="session")
def calendar():
    import leap

    return leap
