package pool

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel end the child when the program dies, even by kill -9. A group of its own keeps a Ctrl-C at
// the terminal from it: the program decides what stops.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
