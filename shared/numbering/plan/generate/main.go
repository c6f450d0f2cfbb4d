// Command generate writes the tables of package plan from the metadata of libphonenumber.
package main

import (
	"log"
	"os"
)

func main() {
	files, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		//nolint:gosec // source, to be read by all
		if err := os.WriteFile(name, text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
