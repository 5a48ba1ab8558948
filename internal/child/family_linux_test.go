package child

import "testing"

// The number of a program that has been reaped, and not forgotten, may be that of the next one.
func TestNumberThatIsUsedAgain(t *testing.T) {
	const number = 1 << 22 // no process has it: it is the largest number plus one (proc(5), pid_max)
	first := remember(number)
	second := remember(number)
	first()
	if !family.has(number) {
		t.Error("the next program is forgotten with the first one")
	}
	second()
	if family.has(number) {
		t.Error("it is still remembered")
	}
}
