//go:build !linux

package pool

import "os/exec"

// dieWithParent does nothing here: the child ends when its standard input does.
func dieWithParent(*exec.Cmd) {}
