"""What answers cost."""

from app import money


class Tariff:
    """A price per thousand tokens, in cents, which gets lower with use."""

    def __init__(self, name, tiers):
        """Takes tiers of how many tokens there are, and their price; the last one has None for all others."""
        if not tiers or tiers[-1][0] is not None:
            raise ValueError("the last tier has to be that of all other tokens")
        self.name = name
        self._tiers = list(tiers)

    def cost(self, tokens):
        """Returns what so many tokens cost, in cents; what is begun is paid."""
        if tokens < 0:
            raise ValueError("tokens cannot be given back")
        thousandths = 0
        for size, price in self._tiers:
            here = tokens if size is None else min(tokens, size)
            thousandths += here * price
            tokens -= here
            if tokens == 0:
                break
        return -(-thousandths // 1000)

    def tier(self, tokens):
        """Returns the number of the tier, from 0, that the next token falls into."""
        for number, (size, _) in enumerate(self._tiers):
            if size is None or tokens < size:
                return number
            tokens -= size
        raise AssertionError("the last tier has no end")


def discount(cents, percent):
    """Returns the amount less so many percent of it, to the customer's advantage."""
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} percent are no discount")
    return cents - -(-cents * percent // 100)


class Invoice:
    """What a customer has to pay."""

    def __init__(self, customer, tariff, *, percent=0, minimum=0):
        self.customer = customer
        self._tariff = tariff
        self._percent = percent
        self._minimum = minimum
        self._lines = []

    def add(self, what, tokens):
        """Adds a line, or to the line of that name."""
        for line in self._lines:
            if line[0] == what:
                line[1] += tokens
                return
        self._lines.append([what, tokens])

    def tokens(self):
        """Returns how many tokens there are on it."""
        return sum(tokens for _, tokens in self._lines)

    def total(self):
        """Returns what is to pay, in cents."""
        if not self._lines:
            return 0
        return max(discount(self._tariff.cost(self.tokens()), self._percent), self._minimum)

    def shares(self):
        """Returns the tokens of each line as whole percents of all."""
        total = self.tokens()
        if total == 0:
            return {what: 0 for what, _ in self._lines}
        return {what: tokens * 100 // total for what, tokens in self._lines}

    def text(self):
        """Returns the invoice as it is sent."""
        lines = [f"Invoice for {self.customer} ({self._tariff.name})"]
        lines += [f"  {what}: {tokens} tokens" for what, tokens in self._lines]
        if self._percent:
            lines.append(f"  less {self._percent} %")
        lines.append(f"  total {money.show(self.total())}")
        return "\n".join(lines)
