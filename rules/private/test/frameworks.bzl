"""How the cases of a program are listed and run, and what follows from that."""

load("//rules/private/messages:choices.bzl", "choice_errors")

visibility("//rules/...")

DEFAULT_FRAMEWORK = "exec"

# `files` and `marks`: whether the runner learns of a case in which file it is, and which groups its own code asks for.
_FRAMEWORKS = {
    "exec": struct(files = False, marks = False, one_case = True, workers = "1"),
    "go": struct(files = False, marks = False, one_case = False, workers = "1"),
    "protocol": struct(files = True, marks = True, one_case = False, workers = "auto"),
}

def framework_of(name):
    """What is known of a framework; of the default one, if there is none of that name."""
    return _FRAMEWORKS.get(name, _FRAMEWORKS[DEFAULT_FRAMEWORK])

def framework_errors(framework):
    """Says what is wrong with the name of a framework.

    Args:
      framework: as the user gave it, unchecked; None for none.

    Returns:
      list of str.
    """
    if framework == "pytest":
        return ["framework = \"pytest\" is called \"protocol\" now.\n" +
                "hint: write framework = \"protocol\", or use pytest_test."]
    return choice_errors(attribute = "framework", value = framework, known = _FRAMEWORKS.keys())
