"""Tests of //rules/private/runner:manifest.bzl; whole manifests are in golden/."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/runner:manifest.bzl", "manifest_group", "manifest_json")
load("//rules/private/test:uses.bzl", "glob_use")

visibility("private")

def _manifest(**kwargs):
    return manifest_json(**(dict(
        label = "@@//pkg:api_test",
        framework = "exec",
        program = "_main/pkg/api_test_bin",
        cases = None,
        workers = "1",
        cpus = 1,
        serial = [],
        keep_together = "case",
        shards = 1,
        timings = None,
        options = {},
        running_budget_seconds = 0,
        target_variables = [],
        groups = [],
    ) | kwargs))

def _process_group(label):
    return manifest_group(label = label, name = "x", scope = "process", capacity = 1, cases = [glob_use("*")])

def _fields_keep_their_order_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, """\
{
  "version": 9,
  "label": "@@//pkg:api_test",
  "framework": "exec",
  "program": "_main/pkg/api_test_bin",
  "workers": "1",
  "cpus": 1,
  "serial": [],
  "keep_together": "case",
  "shards": 1,
  "running_budget_seconds": 0,
  "groups": []
}
""", _manifest())
    return unittest.end(env)

fields_keep_their_order_test = unittest.make(_fields_keep_their_order_test_impl)

def _groups_are_sorted_test_impl(ctx):
    env = unittest.begin(ctx)
    forth = [_process_group(label) for label in ["@@//a:x", "@@//b:x", "@@c+//a:x"]]
    asserts.equals(env, _manifest(groups = forth), _manifest(groups = reversed(forth)))
    asserts.equals(
        env,
        ["@@//a:x", "@@//b:x", "@@c+//a:x"],
        [group["label"] for group in json.decode(_manifest(groups = reversed(forth)))["groups"]],
    )
    return unittest.end(env)

groups_are_sorted_test = unittest.make(_groups_are_sorted_test_impl)

def _text_is_escaped_test_impl(ctx):
    env = unittest.begin(ctx)
    globs = ["Test\"quoted\"", "back\\slash", "[a-z]*", "über"]
    cases = [glob_use(glob) for glob in globs]
    group = manifest_group(label = "@@//:x", name = "x", scope = "process", capacity = 1, cases = cases)
    decoded = json.decode(_manifest(groups = [group]))["groups"][0]["cases"]
    asserts.equals(env, globs, [case["glob"] for case in decoded])
    return unittest.end(env)

text_is_escaped_test = unittest.make(_text_is_escaped_test_impl)

def manifest_test_suite(name):
    unittest.suite(name, fields_keep_their_order_test, groups_are_sorted_test, text_is_escaped_test)
