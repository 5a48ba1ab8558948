package main

import "errors"

// inTurn does n things, some at the same time, and reports each of them in order.
func inTurn[T any](jobs, n int, do func(i int) (T, error), tell func(i int, came T)) error {
	type answer struct {
		came T
		err  error
	}
	answers := make([]chan answer, n)
	slots := make(chan struct{}, jobs)
	for i := range n {
		answers[i] = make(chan answer, 1)
	}
	go func() {
		for i := range n {
			slots <- struct{}{}
			go func() {
				came, err := do(i)
				answers[i] <- answer{came, err}
				<-slots
			}()
		}
	}()
	var errs []error
	for i := range n {
		a := <-answers[i]
		if a.err != nil {
			errs = append(errs, a.err)
			continue
		}
		tell(i, a.came)
	}
	return errors.Join(errs...)
}
