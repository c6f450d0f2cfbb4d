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
		if err := os.WriteFile(
			name, text, 0o644,
		); err != nil { //nolint:gosec // source, to be read by all
			log.Fatal(err)
		}
	}
}
