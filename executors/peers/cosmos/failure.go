// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
)

// Codes of plugin.h.
const (
	codeBadInput    = 1
	codeIO          = 2
	codeUnsupported = 5
)

// failure is an error with the code that the host gets.
type failure struct {
	code int
	text string
}

func (f *failure) Error() string { return f.text }

// failureOf is what any error becomes on its way to the host.
func failureOf(err error) *failure {
	var own *failure
	if errors.As(err, &own) {
		return own
	}
	return &failure{codeIO, "cosmos-sdk: " + oneLine(err.Error())}
}

// failureOfPanic is what a recovered panic becomes. Where it came from is in the text: without it nobody could look for it.
func failureOfPanic(thrown any) *failure {
	place := "unknown place"
	for _, line := range strings.Split(string(debug.Stack()), "\n") {
		if strings.Contains(line, ".go:") && !strings.Contains(line, "/runtime/") && !strings.Contains(line, "failure.go") &&
			!strings.Contains(line, "exports.go") {
			place = strings.TrimSpace(line)
			break
		}
	}
	return &failure{codeIO, fmt.Sprintf("cosmos-sdk panicked: %s (at %s)", oneLine(fmt.Sprint(thrown)), place)}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
