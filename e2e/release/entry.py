"""Checks an entry for a registry of Bazel modules by the registry's rules: entry.py ENTRY VERSION RELEASE."""

import base64
import hashlib
import json
import os
import re
import sys


def check(entry, version, release):
    metadata = read(os.path.join(entry, "metadata.json"))
    assert metadata["versions"] == [version], metadata
    assert metadata["yanked_versions"] == {}, metadata
    assert metadata["homepage"].startswith("https://"), metadata
    for repository in metadata["repository"]:
        assert re.fullmatch(r"github:[\w.-]+/[\w.-]+", repository), repository
    for maintainer in metadata["maintainers"]:
        assert {"name", "github", "github_user_id"} <= set(maintainer), maintainer

    source = read(os.path.join(entry, version, "source.json"))
    name = source["url"].rsplit("/", 1)[1]
    assert "/releases/download/v%s/" % version in source["url"], "an uploaded asset, and no archive that the site makes"
    with open(os.path.join(release, name), "rb") as archive:
        digest = hashlib.sha256(archive.read()).digest()
    assert source["integrity"] == "sha256-" + base64.b64encode(digest).decode(), source
    assert "{" not in json.dumps(list(source.values())), source

    with open(os.path.join(entry, version, "MODULE.bazel"), encoding="utf-8") as text:
        module = text.read()
    assert 'name = "rules_interlock"' in module and 'version = "%s"' % version in module
    assert "compatibility_level" not in module
    for override in re.findall(r"^(\w+_override)\(", module, re.M):
        raise AssertionError("a registry takes no " + override)

    with open(os.path.join(entry, version, "presubmit.yml"), encoding="utf-8") as text:
        presubmit = text.read()
    for key in ["module_path:", "platform:", "bazel:", "test_targets:"]:
        assert key in presubmit, key


def read(path):
    with open(path, encoding="utf-8") as text:
        return json.load(text)


if __name__ == "__main__":
    check(*sys.argv[1:])
