package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// inJSON returns a log that is written down in a shorter notation: lines such as
//
//	start build=left target=//t:a run=1 case=TestX uses=db,api=2,port=shared fences=db=17 began=60.25 locks=opt network=net:[1]
//
// of which only the event, target and run are needed. Any other line stays as it is.
func inJSON(t *testing.T, text string) string {
	t.Helper()
	var log strings.Builder
	for line := range strings.Lines(strings.TrimLeft(text, "\n")) {
		event, fields, _ := strings.Cut(strings.TrimSpace(line), " ")
		if event != "start" && event != "end" {
			log.WriteString(line)
			continue
		}
		record, err := json.Marshal(recordOf(t, event, strings.Fields(fields)))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&log, "%s\n", record)
	}
	return log.String()
}

func recordOf(t *testing.T, event string, fields []string) caselog.Record {
	t.Helper()
	values := map[string]string{}
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		values[name] = value
	}
	return caselog.Record{
		Event: caselog.Event(event),
		Run:   strings.TrimSpace(values["target"] + " " + values["run"] + " " + values["build"]),
		Case:  values["case"],
		Born:  bornOf(t, values["began"]),
		Uses:  usesOf(t, values["uses"], values["fences"]),
		Facts: map[string]string{locks: values["locks"], network: values["network"]},
	}
}

func bornOf(t *testing.T, seconds string) caselog.Instant {
	t.Helper()
	if seconds == "" {
		return 0
	}
	since, err := time.ParseDuration(seconds + "s")
	if err != nil {
		t.Fatal(err)
	}
	return caselog.Instant(since)
}

func usesOf(t *testing.T, list, fences string) []caselog.Use {
	t.Helper()
	uses, err := caselog.ParseUses(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, fence := range splitNames(fences) {
		name, token, _ := strings.Cut(fence, "=")
		for i := range uses {
			if uses[i].Group == name {
				uses[i].Fence = number(t, token)
			}
		}
	}
	return uses
}

func number(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
