"""Which model answers what."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Model:
    """A language model."""

    name: str
    context: int
    price: int
    skills: frozenset = field(default_factory=frozenset)


class NoModel(LookupError):
    """There is no model that can do what is asked for."""


class Router:
    """Chooses among models."""

    def __init__(self, models):
        names = [model.name for model in models]
        if len(set(names)) != len(names):
            raise ValueError("two models have the same name")
        self._models = list(models)
        self._down = set()

    def able(self, tokens, skills=()):
        """Returns the models that can take so many tokens and have all skills, the cheapest first."""
        wanted = frozenset(skills)
        found = [
            model
            for model in self._models
            if model.context >= tokens and wanted <= model.skills and model.name not in self._down
        ]
        return sorted(found, key=lambda model: (model.price, model.name))

    def choose(self, tokens, skills=(), *, preferred=None):
        """Returns the model that is preferred, if it can, or else the cheapest that can."""
        able = self.able(tokens, skills)
        if not able:
            raise NoModel(self._why_not(tokens, skills))
        for model in able:
            if model.name == preferred:
                return model
        return able[0]

    def fail(self, name):
        """Takes a model out."""
        if name not in {model.name for model in self._models}:
            raise KeyError(name)
        self._down.add(name)

    def recover(self, name):
        """Takes a model in again."""
        self._down.discard(name)

    def spread(self, requests):
        """Returns how many of some requests, given by their tokens, each model gets."""
        found = {}
        for tokens in requests:
            try:
                name = self.choose(tokens).name
            except NoModel:
                name = None
            found[name] = found.get(name, 0) + 1
        return found

    def _why_not(self, tokens, skills):
        largest = max((model.context for model in self._models), default=0)
        if tokens > largest:
            return f"{tokens} tokens are more than any model takes: {largest}"
        if self._down:
            return "all models that could are down"
        return "no model has " + " and ".join(sorted(skills))
