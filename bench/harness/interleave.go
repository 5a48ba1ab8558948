package harness

// Interleave measures every variant once in each round, so that other load on the machine affects
// all of them alike. Every other round runs backwards, so that no variant always comes after the
// same other one. An additional first round warms up and does not count. The results are by
// variant.
func Interleave[T any](rounds int, variants ...func() (T, error)) ([][]T, error) {
	results := make([][]T, len(variants))
	for round := range 1 + rounds {
		for i := range variants {
			if round%2 == 1 {
				i = len(variants) - 1 - i
			}
			result, err := variants[i]()
			if err != nil {
				return nil, err
			}
			if round > 0 {
				results[i] = append(results[i], result)
			}
		}
	}
	return results, nil
}
