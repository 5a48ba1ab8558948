"""What the suite tests: a small service that answers prompts by a language model that it pays for."""
