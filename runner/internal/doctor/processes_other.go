//go:build !unix

package doctor

func processes() Finding {
	return Finding{Note, "processes", "there are no process groups on this system", "only what a case has started itself is ended with it"}
}
