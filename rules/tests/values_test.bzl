"""Tests of the small pure functions: paths, lock file names, environments, execution requirements."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private/group:lock_files.bzl", "lock_file_names", "lock_stem")
load("//rules/private/runner:paths.bzl", "output_path", "rlocation_path")
load("//rules/private/test:execution_requirements.bzl", "execution_requirements")
load("//rules/private/test:run_environment.bzl", "merge_environments", "runfiles_locations")
load("//rules/private/test:uses.bzl", "glob_use")

visibility("private")

def _paths_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, "_main/pkg/x", rlocation_path(short_path = "pkg/x", workspace_name = "_main"))
    asserts.equals(env, "dep+/pkg/x", rlocation_path(short_path = "../dep+/pkg/x", workspace_name = "_main"))
    asserts.equals(env, "pkg/x", output_path(path = "bazel-out/k8-opt-exec/bin/pkg/x", root = "bazel-out/k8-opt-exec/bin"))
    asserts.equals(
        env,
        "external/dep+/pkg/x",
        output_path(path = "bazel-out/k8/bin/external/dep+/pkg/x", root = "bazel-out/k8/bin"),
    )
    return unittest.end(env)

paths_test = unittest.make(_paths_test_impl)

def _lock_files_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(
        env,
        struct(queue = "acme/db.queue.lock", units = "acme/db.units.lock"),
        lock_file_names("acme/db"),
    )
    asserts.equals(env, "_main/acme/db", lock_stem("_main/acme/db.queue.lock"))
    return unittest.end(env)

lock_files_test = unittest.make(_lock_files_test_impl)

def _environments_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(
        env,
        "$(rootpath :a)/$(rootpaths :b)/$(rlocationpath :c)/$(LOCATION)",
        runfiles_locations("$(location :a)/$(locations :b)/$(rlocationpath :c)/$(LOCATION)"),
    )
    asserts.equals(
        env,
        struct(
            environment = {"BOTH": "outer", "FIXED_THEN_INHERITED": "inner", "INNER": "inner", "INHERITED_THEN_FIXED": "outer"},
            inherited_environment = ["USER", "HOME", "FIXED_THEN_INHERITED"],
        ),
        merge_environments(
            inner = {"BOTH": "inner", "FIXED_THEN_INHERITED": "inner", "INNER": "inner"},
            inner_inherited = ["INHERITED_THEN_FIXED", "USER"],
            outer = {"BOTH": "outer", "INHERITED_THEN_FIXED": "outer"},
            outer_inherited = ["HOME", "USER", "FIXED_THEN_INHERITED"],
        ),
    )
    return unittest.end(env)

environments_test = unittest.make(_environments_test_impl)

def _what_the_locks_need_of_the_executor_test_impl(ctx):
    env = unittest.begin(ctx)
    local = {"no-remote-exec": "", "supports-graceful-termination": ""}
    anywhere = {"supports-graceful-termination": ""}
    network = {"requires-network": "", "supports-graceful-termination": ""}
    for scopes, requirements in [
        ([], anywhere),
        (["process"], anywhere),
        (["cluster"], network),
        (["cluster", "build"], local | network),
        (["build"], local),
        (["process", "host"], local),
    ]:
        groups = [
            struct(info = struct(label = Label("//:" + scope), scope = scope), cases = [glob_use("*")])
            for scope in scopes
        ]
        asserts.equals(env, requirements, execution_requirements(groups))
    return unittest.end(env)

what_the_locks_need_of_the_executor_test = unittest.make(_what_the_locks_need_of_the_executor_test_impl)

def values_test_suite(name):
    unittest.suite(
        name,
        paths_test,
        lock_files_test,
        environments_test,
        what_the_locks_need_of_the_executor_test,
    )
