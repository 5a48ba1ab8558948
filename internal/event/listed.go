package event

// Listed is a case as its framework describes it before any case runs.
type Listed struct {
	Case
	// File is the file of the case, as names of cases begin; empty if the framework does not know
	// files.
	File string
	// Setup names what is set up once for this case and others, such as the fixtures of a module;
	// empty if nothing is.
	Setup string
	// Marks are the names of groups that the case's own code asks for.
	Marks []string
	// Serial says whether the case's own code asks to run alone.
	Serial bool
	// Asked says whether --test_filter and the arguments select it.
	Asked bool
	// Everywhere says that it stands for unknown cases, some of which every shard may have.
	Everywhere bool
}
