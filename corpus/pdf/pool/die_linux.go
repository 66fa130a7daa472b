package pool

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel end the child when the program dies, even by kill -9.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
