// Empty puts a service back into its first state, before other tests get it.
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	request, err := http.NewRequest(http.MethodDelete, os.Getenv("STOCK_URL")+"/", nil)
	if err != nil {
		log.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		log.Fatal(response.Status)
	}
}
