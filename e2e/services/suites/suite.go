package suites

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// Suite is a public suite of tests.
type Suite interface {
	// Name is a word for the suite, and the name of its folder in the workspace.
	Name() string
	// String names what is tested, with the version.
	String() string
	// Server is the kind of server that its tests need.
	Server() Server
	// Needing returns how many of its targets need the server. It has to be prepared.
	Needing(p Place) (int, error)
	// bring fetches and builds what the suite needs, and writes its part of the workspace.
	bring(ctx context.Context, p Place) error
	// plain runs all tests with the variables of a server, and returns the outcomes by part. It
	// calls took for each part that runs alone. oneByOne says that tests run one after the other
	// although they want to run in parallel.
	plain(ctx context.Context, p Place, env environment, oneByOne bool, took func(part string, d time.Duration)) (map[string]outcomes.Results, error)
	// partOf returns the part whose tests a target of the suite runs.
	partOf(target string) string
}

// All are the suites.
var All = []Suite{
	goSuite{
		name: "asynq", module: "github.com/hibiken/asynq", version: "v0.26.0",
		server: redis, needs: `"redis_addr"`,
	},
	goSuite{
		name: "pgx", module: "github.com/jackc/pgx/v5", version: "v5.13.0",
		server: postgres, needs: `"PGX_TEST_DATABASE"`, sql: "testsetup/postgresql_setup.sql",
	},
	pytestSuite{
		name: "psycopg2", project: "psycopg2", version: "2.9.13",
		requirements: []string{"psycopg2-binary==2.9.13", "pytest==9.2.0"},
		// Its files read it when they are imported, which is before a test has a server.
		env:    environment{"PSYCOPG2_TESTDB": "services"},
		server: postgres, targets: 8,
	},
}

// Named returns the suites with these names, or all if there are none.
func Named(names []string) ([]Suite, error) {
	if len(names) == 0 {
		return All, nil
	}
	var suites []Suite
	for _, name := range names {
		i := slices.IndexFunc(All, func(s Suite) bool { return s.Name() == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no suite %q", name)
		}
		suites = append(suites, All[i])
	}
	return suites, nil
}
