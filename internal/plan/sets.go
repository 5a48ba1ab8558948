package plan

// disjointSets is a union-find structure over the numbers below its length.
type disjointSets []int

func newDisjointSets(n int) disjointSets {
	parents := make(disjointSets, n)
	for i := range parents {
		parents[i] = i
	}
	return parents
}

// find returns the representative of the set that i is in.
func (d disjointSets) find(i int) int {
	for d[i] != i {
		d[i] = d[d[i]]
		i = d[i]
	}
	return i
}

func (d disjointSets) join(i, j int) { d[d.find(i)] = d.find(j) }
