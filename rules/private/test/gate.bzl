"""What a test tells `interlock gate`: the groups that it holds from its first case to its last.

It travels in the environment of the test, which the gate reads. In a platform property, clusters would refuse it, or
route by it.
"""

load(":uses.bzl", "ALL_CASES", "weight_of_all")

visibility("//rules/...")

GATE_VARIABLE = "INTERLOCK_GATE"

def gate_environment(groups, *, workers, cpus):
    """The variable for the gate.

    It has nothing but what the manifest has too, so that it never spoils a cached result.

    Args:
      groups: list, as `resolved_groups` returns it.
      workers: str, a number or `auto`.
      cpus: int, how many workers `auto` means.

    Returns:
      dict of str to str: the variable, or nothing if no group of scope `cluster` is held by every case.
    """
    at_once = max(1, cpus if workers == "auto" else int(workers))
    needs = [
        need
        for need in [_need(group, at_once = at_once) for group in groups if group.info.scope == "cluster"]
        if need
    ]
    return {GATE_VARIABLE: json.encode(needs)} if needs else {}

# As many units as the cases of one shard can use at once: with fewer, an executor would wait for the rest.
def _need(group, *, at_once):
    weight = weight_of_all(group.cases)
    capacity = group.info.capacity
    if 0 < weight and weight <= capacity:
        return struct(key = group.info.key, capacity = capacity, units = weight * min(at_once, capacity // weight))
    if any([use.glob == ALL_CASES and use.mode == "shared" for use in group.cases]):
        return struct(key = group.info.key, capacity = capacity, shared = True)
    return None
