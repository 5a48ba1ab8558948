package schedule

// Demand is how far the first case of a class has come to its groups.
type Demand struct {
	// Asks is whether it asks for them, and Waits whether it has to wait.
	Asks, Waits bool
	// Joinable is whether a case that runs shares what it needs with others of the class.
	Joinable bool
}

// demand is that of a class. Where nobody has said so, nobody asks for anything.
func (a *Agenda) demand(c *Class) Demand {
	if a.Demand == nil {
		return Demand{}
	}
	return a.Demand(c)
}
