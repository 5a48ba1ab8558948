package lock

// Confirmed returns what acquire got. It calls it again as long as a part of that
// is lost already: what was got first may be by the time that the last is got.
func Confirmed(acquire func() (Held, error)) (Held, error) {
	for {
		held, err := acquire()
		if err != nil {
			return nil, err
		}
		if held.Confirm() == nil {
			return held, nil
		}
		held.Undo()
	}
}
