"""Amounts of money, in whole cents."""


class AmountError(ValueError):
    """A text that is no amount."""


def parse(text):
    """Returns the cents of a text such as "-1,234.50"."""
    text = text.strip()
    sign = 1
    if text.startswith("-"):
        sign, text = -1, text[1:]
    whole, point, fraction = text.replace(",", "").partition(".")
    if not whole.isdigit():
        raise AmountError(f"{text!r} is no amount")
    if point and (len(fraction) > 2 or not fraction.isdigit()):
        raise AmountError(f"{text!r} has no whole number of cents")
    return sign * (int(whole) * 100 + int(fraction.ljust(2, "0") if point else "0"))


def show(cents):
    """Returns the text that parse takes."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{rest:02}"


def split(cents, parts):
    """Returns as many shares, which differ by a cent at most, the larger ones first."""
    if parts < 1:
        raise ValueError("nobody to split it between")
    share, rest = divmod(cents, parts)
    return [share + 1] * rest + [share] * (parts - rest)


def convert(cents, rate, *, up=False):
    """Returns the amount in another currency."""
    exact = cents * rate
    if up:
        return -int(-exact // 1)
    return int(exact // 1)


class Ledger:
    """What came in and went out, by account."""

    def __init__(self):
        self._entries = []

    def post(self, account, cents, note=""):
        """Adds an entry; what goes out is negative."""
        if not account:
            raise ValueError("an entry needs an account")
        if cents == 0:
            return
        self._entries.append((account, cents, note))

    def transfer(self, source, target, cents):
        """Moves an amount that the source has."""
        if cents < 0:
            source, target, cents = target, source, -cents
        if self.balance(source) < cents:
            raise AmountError(f"{source} has only {show(self.balance(source))}")
        self.post(source, -cents, f"to {target}")
        self.post(target, cents, f"from {source}")

    def balance(self, account):
        """Returns what the account has."""
        return sum(cents for name, cents, _ in self._entries if name == account)

    def accounts(self):
        """Returns the names of all accounts, in order."""
        return sorted({name for name, _, _ in self._entries})

    def statement(self, account):
        """Returns a line for each entry of the account, with the balance after it."""
        lines, balance = [], 0
        for name, cents, note in self._entries:
            if name != account:
                continue
            balance += cents
            line = f"{show(cents):>12} {show(balance):>12}"
            lines.append(f"{line}  {note}" if note else line)
        return lines
