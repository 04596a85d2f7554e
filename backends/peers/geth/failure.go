// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/trie"
	lerrors "github.com/syndtr/goleveldb/leveldb/errors"
)

// Codes of plugin.h.
const (
	codeBadInput    = 1
	codeIO          = 2
	codeCorrupt     = 3
	codeUnsupported = 5
)

// failure is an error with the code that the host gets.
type failure struct {
	code int
	text string
}

func (f *failure) Error() string { return f.text }

func badInput(format string, arguments ...any) error {
	return &failure{codeBadInput, fmt.Sprintf(format, arguments...)}
}

func corrupt(format string, arguments ...any) error {
	return &failure{codeCorrupt, fmt.Sprintf(format, arguments...)}
}

func unsupported(format string, arguments ...any) error {
	return &failure{codeUnsupported, fmt.Sprintf(format, arguments...)}
}

// failureOf is what any error becomes on its way to the host.
func failureOf(err error) *failure {
	var own *failure
	if errors.As(err, &own) {
		return own
	}
	code := codeIO
	var missing *trie.MissingNodeError
	if errors.As(err, &missing) || lerrors.IsCorrupted(err) {
		code = codeCorrupt
	}
	return &failure{code, "go-ethereum: " + oneLine(err.Error()) + lastComplaint()}
}

// failureOfPanic is what a recovered panic becomes. Where it came from is in the text: without it nobody could look for it.
func failureOfPanic(thrown any) *failure {
	if err, ok := thrown.(error); ok {
		var own *failure
		if errors.As(err, &own) {
			return own
		}
	}
	place := "unknown place"
	for _, line := range strings.Split(string(debug.Stack()), "\n") {
		if strings.Contains(line, ".go:") && !strings.Contains(line, "/runtime/") && !strings.Contains(line, "failure.go") &&
			!strings.Contains(line, "exports.go") {
			place = strings.TrimSpace(line)
			break
		}
	}
	return &failure{codeIO, fmt.Sprintf("go-ethereum panicked: %s (at %s)%s", oneLine(fmt.Sprint(thrown)), place, lastComplaint())}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// go-ethereum logs what goes wrong, and ends the process (os.Exit) where it thinks that it cannot go on. The harness wants neither: complaints
// are kept for the error of the call that they belong to, and the last line before such an exit becomes a panic, which every entry recovers.
type complaints struct{}

var complained atomic.Pointer[string]

func lastComplaint() string {
	if text := complained.Swap(nil); text != nil {
		return "; its log: " + *text
	}
	return ""
}

func (complaints) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (complaints) Handle(_ context.Context, record slog.Record) error {
	var words strings.Builder
	words.WriteString(record.Message)
	record.Attrs(func(attribute slog.Attr) bool {
		fmt.Fprintf(&words, ", %s %v", attribute.Key, attribute.Value)
		return true
	})
	text := oneLine(words.String())
	if record.Level >= log.LevelCrit {
		panic(&failure{codeIO, "go-ethereum gave up: " + text})
	}
	complained.Store(&text)
	return nil
}

func (c complaints) WithAttrs([]slog.Attr) slog.Handler { return c }

func (c complaints) WithGroup(string) slog.Handler { return c }

func init() { log.SetDefault(log.NewLogger(complaints{})) }
