def test_flavour(pytestconfig):
    assert pytestconfig.getoption("--flavour") == "sweet"


def test_nothing():
    pass
