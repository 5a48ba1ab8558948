def test_worker(worker_id):
    assert worker_id


def test_nothing():
    pass
