"""Groups of unlike size, which overlap."""

def zipf_groups(*, cases, groups):
    """Gives each of so many tests a group, and three in ten of them two.

    The k-th group is asked for with a frequency of 1/k (Zipf's law), by numbers that only look random.

    Args:
      cases: int, how many tests, called `Test1` and so on.
      groups: int.

    Returns:
      dict of the label of a group to the names of its tests.
    """
    shares = [1000000 // k for k in range(1, groups + 1)]
    whole = 0
    for share in shares:
        whole += share
    members = {":zipf_{}".format(k): [] for k in range(groups)}
    state = 1
    for case in range(1, cases + 1):
        state, first = _draw(state, whole, shares)
        state, second = _draw(state, whole, shares)
        chosen = {first: None}
        if case % 10 < 3:
            chosen[second] = None
        for k in chosen:
            members[":zipf_{}".format(k)].append("Test{}".format(case))
    return members

def _draw(state, whole, shares):
    state = (state * 1103515245 + 12345) % 2147483648
    at = (state // 8) % whole
    for k in range(len(shares)):
        if at < shares[k]:
            return state, k
        at -= shares[k]
    return state, len(shares) - 1
