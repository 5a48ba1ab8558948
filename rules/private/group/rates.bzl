"""The rate of a resource group; the runner reads the same grammar (//internal/group/rate.go)."""

visibility("//rules/...")

_MAX_STARTS = 10000

_SECONDS = {"s": 1, "m": 60, "h": 60 * 60}
_MAX_WINDOW = 24 * 60 * 60

def rate_errors(rate):
    """Says what is wrong with a rate.

    Args:
      rate: str, empty for none.

    Returns:
      list of str.
    """
    problem = _problem(rate) if rate else None
    return [
        "rate = {}: {}.\nhint: write STARTS/WINDOW, such as \"60/m\" or \"20/30s\".".format(repr(rate), problem),
    ] if problem else []

def _problem(rate):
    starts, separator, window = rate.partition("/")
    if not separator:
        return "there is no '/' in it"
    if not starts.isdigit() or int(starts) < 1 or int(starts) > _MAX_STARTS:
        return "{} is not a number of starts from 1 to {}".format(repr(starts), _MAX_STARTS)
    seconds = _window_seconds(window)
    if seconds < 1 or seconds > _MAX_WINDOW:
        return "{} is not a time from a second to a day".format(repr(window))
    return None

# 0 if it is none.
def _window_seconds(window):
    count, unit = window[:-1] or "1", window[-1:]
    if unit not in _SECONDS or not count.isdigit():
        return 0
    return int(count) * _SECONDS[unit]
