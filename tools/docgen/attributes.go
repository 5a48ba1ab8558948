package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// readAttributes reads the file of what macros take by **kwargs.
func readAttributes(path string) (map[string][]param, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var macros map[string][]struct{ Name, Default, Doc string }
	if err := json.Unmarshal(text, &macros); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	params := map[string][]param{}
	for macro, attributes := range macros {
		params[macro] = nil // for macros that have none
		for _, a := range attributes {
			params[macro] = append(params[macro], param{name: a.Name, value: a.Default, doc: a.Doc})
		}
	}
	return params, nil
}
