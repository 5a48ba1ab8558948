package main

import (
	"slices"
	"testing"
)

func TestSettings(t *testing.T) {
	b := &bench{options: options{workers: numbers{0, 4}}}
	if got, want := b.settings(1, 3), []setting{{1, 0}, {1, 4}, {3, 0}, {3, 4}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	b.shards = numbers{2}
	if got, want := b.settings(1, 3), []setting{{2, 0}, {2, 4}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
