package cases

import "testing"

func TestAPI1(t *testing.T) { use(t, "api") }
func TestAPI2(t *testing.T) { use(t, "api") }
func TestAPI3(t *testing.T) { use(t, "api") }
func TestAPI4(t *testing.T) { use(t, "api") }
