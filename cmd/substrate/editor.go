package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/term"
)

// typing reports whether a person sits at standard input.
func (a *app) typing() bool {
	f, ok := a.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// edit lets a person edit text in their editor and returns what they saved. When the editor fails, the text stays in a file
// that the error names.
func (a *app) edit(text, name string) (string, error) {
	editor := os.Getenv("VISUAL")
	if editor == "" {
		editor = os.Getenv("EDITOR")
	}
	if editor == "" {
		return "", errors.New("no editor is known: set EDITOR, or give the text on the command line or by --file FILE")
	}
	dir, err := os.MkdirTemp("", "substrate-")
	if err != nil {
		return "", fmt.Errorf("make a file to edit: %w", err)
	}
	file := filepath.Join(dir, name+".md")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("make a file to edit: %w", err)
	}
	words := strings.Fields(editor)
	cmd := exec.Command(words[0], append(words[1:], file)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.in, a.err, a.err
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("the editor %q failed (%w); nothing was taken, what you wrote is in %s", editor, err, file)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read what was edited: %w", err)
	}
	os.RemoveAll(dir)
	return string(raw), nil
}

// saveDraft keeps what a person wrote when it could not be used, so that it need not be written again.
func (a *app) saveDraft(text string, because error) error {
	f, err := os.CreateTemp("", "substrate-draft-*.md")
	if err != nil {
		return because
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		return because
	}
	return fmt.Errorf("%w; what you wrote is in %s: mend it, then substrate capture --file %s", because, f.Name(), f.Name())
}
