package protocol

// printStacks does nothing: Windows has no signal that asks for stacks.
func (w *worker) printStacks() {}
