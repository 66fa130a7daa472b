package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// ErrLocked says that another process is changing the library.
var ErrLocked = errors.New("the library is being changed by another process")

// Lock takes the right to change the library in dir, waiting for it at most wait. who is shown to others who wait. The
// operating system gives the lock back when the process dies.
func Lock(ctx context.Context, dir, who string, at time.Time, wait time.Duration) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the library's state folder: %w", err)
	}
	l := flock.New(filepath.Join(dir, "lock"))
	note := filepath.Join(dir, "lock.holder")
	ok, err := l.TryLock()
	if err == nil && !ok && wait > 0 {
		limited, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		ok, err = l.TryLockContext(limited, 50*time.Millisecond)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("lock the library: %w", err)
	}
	if !ok {
		holder, _ := os.ReadFile(note)
		by := strings.TrimSpace(string(holder))
		if by == "" {
			by = "unknown"
		}
		return nil, fmt.Errorf("%w (%s); wait for it, or stop it", ErrLocked, by)
	}
	_ = os.WriteFile(note, []byte(fmt.Sprintf("%s, process %d, since %s\n", who, os.Getpid(), at.Format("2006-01-02 15:04:05"))), 0o644)
	return func() {
		os.Remove(note)
		_ = l.Unlock()
	}, nil
}
