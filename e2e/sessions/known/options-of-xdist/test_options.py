def test_workers(workers):
    assert not workers or workers > 0


def test_distribution(distribution):
    assert isinstance(distribution, str)
