"""How many cases of a test run at once."""

load(":frameworks.bzl", "framework_of")

visibility("//rules/...")

_AUTO = "auto"

def worker_settings(*, workers, tagged, framework):
    """Brings the attribute `workers` and the tag together.

    Args:
      workers: int or str as the user gave it, unchecked; None for none.
      tagged: str, what the tag says; None for none.
      framework: str.

    Returns:
      struct with `workers` (str, a number or `auto`) and `errors` (list of str).
    """
    if workers != None and workers != _AUTO and (type(workers) != "int" or workers < 0):
        return _default(framework, [
            ("workers = {} is not a number of workers.\n" +
             "hint: write a number, 0 or more, or \"auto\".").format(repr(workers)),
        ])
    if workers != None and tagged != None and tagged != str(workers):
        return _default(framework, [
            "workers = {} and the tag \"workers:{}\" disagree.\nhint: keep one of them.".format(repr(workers), tagged),
        ])
    wanted = tagged if workers == None else str(workers)
    if wanted == None:
        return _default(framework)
    if framework_of(framework).one_case and wanted not in ("0", "1"):
        return _default(framework, [
            ("{} can have no effect with framework = {}, where the program is one case.\n" +
             "hint: remove it, or give the " +
             "framework that knows the cases: \"go\" or \"protocol\".").format(
                "the tag \"workers:{}\"".format(wanted) if workers == None else "workers = " + repr(workers),
                repr(framework),
            ),
        ])
    return struct(errors = [], workers = wanted)

def _default(framework, errors = []):
    return struct(errors = errors, workers = framework_of(framework).workers)
