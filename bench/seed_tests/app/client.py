"""The client of the language model's API."""

import json
import urllib.error
import urllib.request

from app import tokens


class Busy(Exception):
    """The API has more calls than it bears."""

    status = 429


class ApiError(Exception):
    """The API has answered with another error."""


class Client:
    """Asks the API at an address, with headers of one's own if need be."""

    def __init__(self, address, headers=None):
        self._address = address.rstrip("/")
        self._headers = dict(headers or {})
        self.used = 0

    def complete(self, messages, model="small"):
        """Returns the answer to a conversation."""
        if not messages:
            raise ValueError("nothing was asked")
        body = json.dumps({"model": model, "messages": messages}).encode()
        answer = self._post("/complete", body)
        self.used += sum(tokens.count(message["content"]) for message in messages)
        self.used += tokens.count(answer["content"])
        return answer

    def chat(self, messages, text, model="small"):
        """Adds a text of the user and the answer to a conversation."""
        messages = [*messages, {"role": "user", "content": text}]
        return [*messages, self.complete(messages, model)]

    def _post(self, path, body):
        headers = {"Content-Type": "application/json", **self._headers}
        request = urllib.request.Request(self._address + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code == Busy.status:
                raise Busy(error.read().decode()) from error
            raise ApiError(f"{error.code}: {error.reason}") from error
