package lock

// Confirmed returns what acquire got. It calls acquire again as long as a part of the result is
// already lost: the first part may be lost by the time the last one is acquired.
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
