package histories

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

// searchTime is how long to search for an order of a history's operations. For a history of some
// seconds the search takes much less.
const searchTime = 2 * time.Minute

// check returns an error if history is not linearizable. It then leaves a page that shows why
// among the outputs of the test, or in the folder for temporary files.
func check(m porcupine.Model, history []porcupine.Operation) error {
	result, info := porcupine.CheckOperationsVerbose(m, history, searchTime)
	if result == porcupine.Ok {
		return nil
	}
	problem := fmt.Errorf("a history of %d operations is not linearizable", len(history))
	if result == porcupine.Unknown {
		problem = fmt.Errorf("whether a history of %d operations is linearizable was not found out within %v: "+
			"make rounds shorter", len(history), searchTime)
	}
	page, err := os.CreateTemp(os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR"), "history-*.html")
	if err != nil {
		return errors.Join(problem, err)
	}
	return errors.Join(fmt.Errorf("%w: see %s", problem, page.Name()), porcupine.Visualize(m, info, page), page.Close())
}
