//go:build !unix

package library

// freeSpace is not known here.
func freeSpace(string) (n uint64, ok bool) { return 0, false }
