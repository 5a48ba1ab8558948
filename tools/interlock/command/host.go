package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/lock/host"
)

// Host makes the folder for the locks of scope host, and reports where: args is "init". It is not
// an error if the folder exists and is as it should be.
func Host(_ context.Context, i Invocation) error {
	if !slices.Equal(i.Args, []string{"init"}) {
		return usageError("host takes the one argument init")
	}
	folder, err := host.Folder(i.Lookup)
	if err != nil {
		return err
	}
	err = host.Init(folder)
	if errors.Is(err, host.ErrExists) {
		_, err = fmt.Fprintf(i.Stdout, "%s is there already, and as it should be\n", folder)
		return err
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(i.Stdout, "made %s: all groups of scope \"host\" are held there\n", folder)
	return err
}
