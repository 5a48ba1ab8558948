"""What the tests of this example test."""


def price(count, each, discount=0):
    """The price of so many things, with a discount in percent."""
    if count < 0:
        raise ValueError("count is below 0")
    if discount:
        return count * each * (100 - discount) // 100
    return count * each
