// Command generate writes the tables of package plan from the metadata of libphonenumber. With
// -compare it writes nothing, and prints what another release's metadata say otherwise, which it
// reads as metadata.py writes them.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
)

func main() {
	comparing := flag.Bool("compare", false, "compare with the metadata on standard input")
	flag.Parse()
	task := write
	if *comparing {
		task = compareInput
	}
	if err := task(); err != nil {
		log.Fatal(err)
	}
}

func write() error {
	files, err := generate()
	if err != nil {
		return err
	}
	for name, text := range files {
		//nolint:gosec // source, to be read by all
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func compareInput() error {
	theirs, err := readRelease(os.Stdin)
	if err != nil {
		return err
	}
	ours, err := territories()
	if err != nil {
		return err
	}
	var text strings.Builder
	differ, err := compare(&text, ours, theirs.Plans)
	if err != nil {
		return err
	}
	fmt.Fprintf(&text, "%d of %d plans differ in release %s\n", differ, len(ours), theirs.Release)
	_, err = os.Stdout.WriteString(text.String())
	return err
}
