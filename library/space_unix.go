//go:build unix

package library

import "syscall"

// freeSpace is how many bytes a user may still write to the disk that holds dir; ok is false where that is not known.
func freeSpace(dir string) (n uint64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true
}
