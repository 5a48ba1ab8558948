"""These use the database of their worker."""


def test_starts_empty(orders):
    assert orders.execute("SELECT count(*) FROM orders").fetchone() == (0,)


def test_insert(orders):
    orders.execute("INSERT INTO orders VALUES (2, 50)")
    assert orders.execute("SELECT count * each FROM orders").fetchone() == (100,)
