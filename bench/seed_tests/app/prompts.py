"""Prompts, made of templates."""

import re


class PromptError(Exception):
    """A template that is wrong, or cannot be filled."""


_HOLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")

_FILTERS = {
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "strip": str.strip,
    "quote": lambda text: '"' + text.replace('"', "'") + '"',
    "list": lambda text: "\n".join("- " + line for line in text.splitlines()),
}


class Template:
    """A text with holes such as {name} or {name|upper}; two braces stand for one."""

    def __init__(self, text):
        self.text = text
        self._parts = list(self._parse(text))

    @staticmethod
    def _parse(text):
        end = 0
        for match in _HOLE.finditer(text):
            yield text[end : match.start()], None, ()
            end = match.end()
            if match[0] in ("{{", "}}"):
                yield match[0][0], None, ()
                continue
            if match[1] is None:
                raise PromptError(f"{match[0]!r} at {match.start()} has no other half")
            name, *filters = (part.strip() for part in match[1].split("|"))
            if not name.isidentifier():
                raise PromptError(f"{name!r} is no name of a value")
            for unknown in set(filters) - set(_FILTERS):
                raise PromptError(f"there is no filter {unknown!r}")
            yield "", name, filters
        yield text[end:], None, ()

    def names(self):
        """Returns the names of the holes, each once, in order."""
        return list(dict.fromkeys(name for _, name, _ in self._parts if name))

    def fill(self, **values):
        """Returns the text with values in its holes."""
        missing = [name for name in self.names() if name not in values]
        if missing:
            raise PromptError("no value for " + ", ".join(missing))
        text = []
        for plain, name, filters in self._parts:
            if name is None:
                text.append(plain)
                continue
            value = str(values[name])
            for name in filters:
                value = _FILTERS[name](value)
            text.append(value)
        return "".join(text)


class Library:
    """Templates by name, in versions."""

    def __init__(self):
        self._versions = {}

    def add(self, name, text):
        """Adds a version of a template, and returns its number."""
        versions = self._versions.setdefault(name, [])
        if versions and versions[-1].text == text:
            return len(versions)
        versions.append(Template(text))
        return len(versions)

    def get(self, name, version=None):
        """Returns a version of a template, or the newest."""
        if name not in self._versions:
            raise KeyError(name)
        versions = self._versions[name]
        if version is None:
            return versions[-1]
        if not 1 <= version <= len(versions):
            raise PromptError(f"{name} has {len(versions)} versions, and no number {version}")
        return versions[version - 1]

    def names(self):
        """Returns all names, in order."""
        return sorted(self._versions)


def conversation(system, *turns):
    """Returns messages: the system's, and then the user's and the assistant's by turns."""
    messages = []
    if system:
        messages.append({"role": "system", "content": system})
    for number, text in enumerate(turns):
        messages.append({"role": "assistant" if number % 2 else "user", "content": text})
    return messages
