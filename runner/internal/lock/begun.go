package lock

// Beginner is a Held that has counted a start.
type Beginner interface {
	// Begun says that what was started has begun by now: then that is when it
	// counts, and not when the groups were got, which is some time before. It may
	// be called several times, and not at the same time as Release.
	Begun()
}

// Begun tells h, if it wants to know.
func Begun(h Held) {
	if b, ok := h.(Beginner); ok {
		b.Begun()
	}
}
