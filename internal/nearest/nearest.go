// Package nearest finds what somebody may have meant who wrote something else.
package nearest

import "strings"

// Of returns the word of known that is nearest to one that is not among them, or ""
// if none is near: at most a third of the letters, and at most three, may differ.
// Upper and lower case do not.
func Of(word string, known []string) string {
	nearest, least := "", min(len(word)/3, 3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			nearest, least = k, d
		}
	}
	return nearest
}

// distance is how many letters one has to insert, leave out, replace or swap with the
// next one to get from a to b (optimal string alignment).
func distance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			replace := row[j]
			if a[i] != b[j] {
				replace++
			}
			next[j+1] = min(replace, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
