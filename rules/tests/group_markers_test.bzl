"""Tests of //rules/private/test:group_markers.bzl."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/test:group_markers.bzl", "marker_settings")

visibility("private")

def _markers(group_markers, framework = "protocol"):
    return marker_settings(group_markers = group_markers, framework = framework, to_label = Label)

def _names_by_group_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, struct(errors = [], markers = {}), _markers(None, framework = "go"))
    asserts.equals(env, struct(errors = [], markers = {}), _markers({}))
    asserts.equals(
        env,
        struct(errors = [], markers = {Label("//a:db"): ["db", "the database"], Label("//a:port"): ["port"]}),
        _markers({"db": "//a:db", "port": Label("//a:port"), "the database": Label("//a:db")}),
    )
    return unittest.end(env)

names_by_group_test = unittest.make(_names_by_group_test_impl)

def _errors_test_impl(ctx):
    env = unittest.begin(ctx)
    for markers, framework, error in [
        (
            {"db": ":db"},
            "go",
            "group_markers does not go with framework = \"go\", whose cases have no marks.\nhint: use resource_groups.",
        ),
        (
            ["db"],
            "protocol",
            "group_markers is a list, and not a dictionary.\nhint: write group_markers = {\"db\": \":db\"}.",
        ),
        (
            {"": ":db"},
            "protocol",
            "group_markers has the key \"\", which is not a name in marks.\nhint: write one, such as the \"db\" of " +
            "@pytest.mark.xdist_group(\"db\").",
        ),
        (
            {1: ":db"},
            "protocol",
            "group_markers has the key 1, which is not a name in marks.\nhint: write one, such as the \"db\" of " +
            "@pytest.mark.xdist_group(\"db\").",
        ),
        (
            {"db": ["*"]},
            "protocol",
            "group_markers[\"db\"] is a list.\nhint: write the label of a resource_group.",
        ),
    ]:
        asserts.equals(env, struct(errors = [error], markers = {}), _markers(markers, framework = framework))
    return unittest.end(env)

errors_test = unittest.make(_errors_test_impl)

def group_markers_test_suite(name):
    unittest.suite(name, names_by_group_test, errors_test)
