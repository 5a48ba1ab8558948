"""The rule of grouped Go tests: that of all others, and the hook."""

load("//rules/private/go:hooked_go_test.bzl", "hooked_go_test_aspect")
load(":grouped_test_rule.bzl", "grouped_test_rule")

visibility("//rules/...")

# A rule of its own, so that no other test needs Go to be built.
go_grouped_test = rule(**grouped_test_rule(aspects = [hooked_go_test_aspect]))
