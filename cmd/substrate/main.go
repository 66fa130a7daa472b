// Command substrate keeps a library of versioned documents: it ingests them, decides what is authoritative and why, and
// searches only what is current.
package main

import (
	"os"

	"substrate/corpus/pdf/pool"
)

func main() {
	pool.Main() // a child that reads PDFs never comes back from here
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
