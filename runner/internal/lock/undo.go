package lock

// Undoer is a Held that has counted a start.
type Undoer interface {
	// Undo is Release for a holder that has started nothing: the start does not
	// count any more.
	Undo()
}

// Undo gives back what was held for nothing, as if it had never been.
func Undo(h Held) {
	if u, ok := h.(Undoer); ok {
		u.Undo()
		return
	}
	h.Release()
}
