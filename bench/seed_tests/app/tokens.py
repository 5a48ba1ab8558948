"""Texts as models count them: in words and marks."""

import re

_TOKEN = re.compile(r"\w+|[^\w\s]")


def tokens(text):
    """Returns the words and marks of a text."""
    return _TOKEN.findall(text)


def count(text):
    """Returns how many tokens a text has."""
    return sum(1 for _ in _TOKEN.finditer(text))


def truncate(text, most, ending=" ..."):
    """Returns the text, cut after so many tokens."""
    if most < 1:
        raise ValueError("nothing would be left")
    ends = [match.end() for match in _TOKEN.finditer(text)]
    if len(ends) <= most:
        return text
    return text[: ends[most - 1]] + ending


def chunks(text, size, overlap=0):
    """Returns the tokens in lists of a size, of which each begins with the last ones of that before."""
    if not 0 <= overlap < size:
        raise ValueError(f"chunks of {size} cannot have {overlap} in common")
    found = tokens(text)
    result = []
    for start in range(0, len(found), size - overlap):
        result.append(found[start : start + size])
        if start + size >= len(found):
            break
    return result


def fitting(messages, most):
    """Returns the newest of some messages that have no more tokens together, the system's in any case."""
    system = [message for message in messages if message["role"] == "system"]
    left = most - sum(count(message["content"]) for message in system)
    if left < 0:
        raise ValueError("the system's messages alone are too long")
    kept = []
    for message in reversed(messages):
        if message["role"] == "system":
            continue
        left -= count(message["content"])
        if left < 0:
            break
        kept.append(message)
    return system + kept[::-1]


def histogram(text):
    """Returns how often each word occurs, the most frequent ones first."""
    found = {}
    for token in tokens(text.lower()):
        if token[0].isalnum():
            found[token] = found.get(token, 0) + 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def similarity(one, other):
    """Returns how much two texts have in common, from 0 to 1."""
    first, second = set(tokens(one.lower())), set(tokens(other.lower()))
    if not first and not second:
        return 1.0
    return len(first & second) / len(first | second)
