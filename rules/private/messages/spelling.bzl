"""Words that somebody may have meant."""

visibility("//rules/...")

# Of a short word even two changes make another one.
_LONG = 7

def closest(word, known):
    """Finds the known word that `word` is most likely a misspelling of.

    Args:
      word: str, not one of `known`.
      known: list of str.

    Returns:
      str, or None.
    """
    found = [
        (_distance(word, other), other)
        for other in known
        if abs(len(word) - len(other)) <= _most_changes(other)
    ]
    found = sorted([(distance, other) for distance, other in found if distance <= _most_changes(other)])
    return found[0][1] if found else None

def _most_changes(word):
    return 2 if len(word) >= _LONG else 1

# Levenshtein's: how many characters have to be added, left out or replaced.
def _distance(one, other):
    previous = list(range(len(other) + 1))
    for i in range(len(one)):
        row = [i + 1]
        for j in range(len(other)):
            row.append(min(
                previous[j + 1] + 1,
                row[j] + 1,
                previous[j] + (0 if one[i] == other[j] else 1),
            ))
        previous = row
    return previous[-1]
