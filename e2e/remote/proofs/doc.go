// Package proofs has tests of groups on a real cluster, with a real Bazel: e2e/remote/run starts
// them. Tests of the module consumer report to the log of the witness, and judge decides.
//
// The parts are:
//
//   - bazel: Bazel in the module consumer;
//   - stage: a cluster, and a folder for the reports of a proof;
//   - exclusion, mixed, machines, cache, doctor, faults: the proofs;
//   - chaos: faults at random, from seeds.
package proofs
