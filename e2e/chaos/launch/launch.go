// Package launch starts processes that faults can hit, and that do not survive the harness.
package launch
