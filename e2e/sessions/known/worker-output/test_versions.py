import pytest


@pytest.mark.parametrize("version", ["3.1", "3.2", "4.0", "4.1"])
def test_version(version):
    assert "." in version
