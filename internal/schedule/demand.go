package schedule

// Demand is how far the first case of a class has got with acquiring its groups.
type Demand struct {
	// Asks says whether it asks for them, and Waits whether it has to wait.
	Asks, Waits bool
	// Joinable says whether a case that runs shares what it needs with others of the class.
	Joinable bool
}

// demand returns the demand of a class. Without Options.Demand, no class asks for anything.
func (a *Agenda) demand(c *Class) Demand {
	if a.Demand == nil {
		return Demand{}
	}
	return a.Demand(c)
}
