def test_broker():
    pass
