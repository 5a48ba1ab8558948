"""The language model's API, for real."""

import os

from app.client import Client
from tests.helpers.clock import shortened


def client_that_takes(seconds):
    """Returns a client of the API, which takes so long for each answer."""
    return Client(os.environ["SEED_API"], headers={"Takes": f"{shortened(seconds):.6f}"})
