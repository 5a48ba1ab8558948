def test_lonely():
    pass
