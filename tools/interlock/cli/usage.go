package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/nearest"
	"github.com/interlock-build/rules_interlock/internal/options"
)

// usage says how a command is used.
type usage struct {
	name string
	// synopsis is its arguments, the lines of which stand below one another.
	synopsis []string
	// summary is a part of a sentence, and text is all there is to know.
	summary, text string
}

const flagsAreForBazel = `Other FLAGs that begin with "--" are for Bazel, such as --config=ci. `

const patternsAreTests = `PATTERNs are target patterns, by default //..., and match the grouped tests that are not
manual. A "-" before one takes its targets away.`

var usages = []usage{
	{
		"plan",
		[]string{"[--json] [FLAG...] TARGET"},
		"how the cases of a test are divided, and what they will take",
		`Builds TARGET, lists its cases and runs none. Prints its groups with their chains, the shards with their loads,
the longest cases, and the bound that no schedule can beat.

  --json  print the plan itself

` + flagsAreForBazel,
	},
	{
		"resources",
		[]string{"[FLAG...] [PATTERN...]"},
		"the --local_resources for tests that carry resource tags",
		`Prints the --local_resources that Bazel needs for --@rules_interlock//rules:resource_tags, one a line.

` + flagsAreForBazel + "\n" + patternsAreTests,
	},
	{
		"timings",
		[]string{"[--from DIR]... [--force] [FLAG...] [PATTERN...]"},
		"collect what cases took into the files that targets declare",
		`Writes what cases took, as test.xml says, into the files that targets declare as their timings. Those of a target are
written only if its cases are expected to take at least 5 % less time with them.

  --from DIR  look in this folder too, which is laid out as bazel-testlogs is
  --force     write them however little that saves

` + flagsAreForBazel + "\n" + patternsAreTests,
	},
	{
		"status",
		[]string{"[--watch] [--json] [--scope=SCOPE,...]"},
		"who holds which group, and who waits for it",
		`Prints which groups are held or waited for, by whom and since when.

  --watch            print it again whenever it changes
  --json             print it as a JSON object
  --scope=SCOPE,...  only these scopes: build, host or cluster`,
	},
	{
		"lock",
		[]string{
			"NAME [--scope=host|cluster] [--capacity=N | --instances=NAME,...] [--rate=RATE]",
			"[--weight=N | --shared] [--timeout=DURATION] -- PROGRAM [ARGUMENT...]",
		},
		"hold the group with the key NAME while PROGRAM runs",
		`Waits for the group with the key NAME, and holds it while PROGRAM runs. Ends with the exit code of PROGRAM, or with 69 if
the group cannot be held, and 124 if it was not to be had in time.

  --scope=SCOPE         host (default) or cluster
  --capacity=N          how many units the group has (default 1)
  --instances=NAME,...  its units by name
  --rate=RATE           how many starts it allows, such as 60/m
  --weight=N            take N units (default 1)
  --shared              take it beside others that share it
  --timeout=DURATION    do not wait longer than this, such as 30s`,
	},
	{
		"services",
		[]string{"up | down [--now] | serve"},
		"keep what setups start from test to test",
		`Starts or ends the keeper of your services: what the setups of resource groups start is then lent to one test after
another, in all of your builds on this machine, and ends when it is unused for its idle_timeout, or with the keeper.

  up     start a keeper, unless one is up
  down   end it and all services, when nobody uses them; with --now at once
  serve  be the keeper, until told to end`,
	},
	{
		"with-services",
		[]string{"-- PROGRAM [ARGUMENT...]"},
		"keep services while PROGRAM runs, such as bazel test",
		`Runs PROGRAM while a keeper of services is up, and ends with its exit code. The keeper ends with the last such program,
unless "interlock services up" has started it.`,
	},
	{
		"gate",
		[]string{"--executor=URL [--listen=ADDRESS] [--coordinator=FILE] [FLAG...]"},
		"let actions wait for their groups in front of a Remote Execution cluster",
		`Serves Remote Execution in front of the cluster at URL, grpc://HOST:PORT or grpcs://HOST:PORT, until SIGTERM. Give its
address to Bazel as --remote_executor. An action whose test holds groups of scope cluster then waits here, and not on an
executor. All else passes through.

  --listen=ADDRESS             where to serve (default 127.0.0.1:8980)
  --coordinator=FILE           the coordinator (default: that of this machine)
  --ahead=N                    let N units more of each group go to executors than there are (default 0)
  --patience=DURATION          for how long the coordinator may be away before actions no longer wait (default 5s)
  --longest-wait=DURATION      let an action through that has waited for so long (default 1h)
  --tls-certificate=FILE, --tls-key=FILE, --tls-client-ca=FILE
                               serve with TLS, and only clients with a certificate of that authority
  --executor-ca=FILE, --executor-certificate=FILE, --executor-key=FILE
                               whom to trust as the cluster, and who to be there`,
	},
	{
		"host",
		[]string{"init"},
		"make the folder for the locks of scope host",
		"Makes the folder for the locks of scope host: for all users if root does it, or else for the user.",
	},
}

// usageOf returns that of a command; it is not ok if there is no such command.
func usageOf(name string) (u usage, ok bool) {
	at := slices.IndexFunc(usages, func(u usage) bool { return u.name == name })
	if at < 0 {
		return usage{}, false
	}
	return usages[at], true
}

// line is what a command line looks like.
func (u usage) line() string {
	first := "usage: interlock " + u.name + " "
	return first + strings.Join(u.synopsis, "\n"+strings.Repeat(" ", len(first)))
}

// column is where the summaries of commands begin.
const column = 50

// overview lists the commands.
func overview() string {
	var text strings.Builder
	text.WriteString("usage: interlock COMMAND [ARGUMENT...], where the commands are\n")
	for _, u := range usages {
		row := "  " + u.name + " " + strings.Join(u.synopsis, "\n"+strings.Repeat(" ", len(u.name)+3))
		if last := row[strings.LastIndexByte(row, '\n')+1:]; len(last) < column-1 && len(u.synopsis) == 1 {
			row += strings.Repeat(" ", column-len(last))
		} else {
			row += "\n" + strings.Repeat(" ", column)
		}
		text.WriteString(row + u.summary + "\n")
	}
	text.WriteString("Other FLAGs are for Bazel. For more: interlock COMMAND --help")
	return text.String()
}

// helpWords ask for help.
var helpWords = []string{"-h", "-help", "--help"}

// asksForHelp reports whether one of a command's own arguments does.
func asksForHelp(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.ContainsFunc(args, func(arg string) bool { return slices.Contains(helpWords, arg) })
}

// help prints what there is to know of a command, or of all.
func help(stdout io.Writer, u usage) {
	if u.name == "" {
		fmt.Fprintf(stdout, "%s\n\nA grouped test has options, for its args or for --test_arg:\n%s", overview(), options.Usage())
		return
	}
	fmt.Fprintf(stdout, "%s\n\n%s\n", u.line(), strings.TrimSpace(u.text))
}

// unknown is the error for a command that there is not.
func unknown(name string) error {
	var names []string
	for _, u := range usages {
		names = append(names, u.name)
	}
	hint := "interlock --help lists the commands"
	if meant := nearest.Of(name, names); meant != "" {
		hint = fmt.Sprintf("did you mean %q? %s", meant, hint)
	}
	return fmt.Errorf("unknown command %q\nhint: %s", name, hint)
}
