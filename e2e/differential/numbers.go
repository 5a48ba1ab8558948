package main

import (
	"fmt"
	"strconv"
	"strings"
)

// numbers is the value of a flag: whole numbers separated by commas.
type numbers []int

// String implements flag.Value.
func (n *numbers) String() string { return strings.Trim(fmt.Sprint([]int(*n)), "[]") }

// Set implements flag.Value.
func (n *numbers) Set(text string) error {
	*n = nil
	for word := range strings.SplitSeq(text, ",") {
		i, err := strconv.Atoi(word)
		if err != nil || i < 0 {
			return fmt.Errorf("%q: want whole numbers with commas between", text)
		}
		*n = append(*n, i)
	}
	return nil
}
