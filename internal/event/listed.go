package event

// Listed is a case as its framework describes it before any case runs.
type Listed struct {
	Case
	// File is that of the case, as names of cases begin; empty if the framework
	// does not know files.
	File string
	// Setup names what is set up once for this case and others, such as fixtures
	// of a module; empty is nothing.
	Setup string
	// Marks are the names of groups that the case's own code asks for.
	Marks []string
	// Serial is whether its own code asks that it runs alone.
	Serial bool
	// Asked is whether --test_filter and the arguments ask for it.
	Asked bool
	// Everywhere is whether it stands for cases that cannot be told, and so for
	// some of every shard.
	Everywhere bool
}
