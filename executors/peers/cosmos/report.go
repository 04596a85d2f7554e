// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

const library = "github.com/cosmos/cosmos-sdk"

// totals of all blocks.
type totals struct{ reads, stateReads, writes, executions, aborts uint64 }

func (t *totals) add(block totals) {
	t.reads += block.reads
	t.stateReads += block.stateReads
	t.writes += block.writes
	t.executions += block.executions
	t.aborts += block.aborts
}

type counter struct {
	name  string
	value uint64
}

// counters have the names of the built-in executors' where they count the same. An execution that is not a transaction's first comes of an abort:
// cosmos has no other reason.
func (e *executor) counters() []counter {
	t := &e.totals
	told := []counter{
		{"reads", t.reads},
		{"state_reads", t.stateReads},
		{"writes", t.writes},
		{"executions", t.executions},
		{"aborts", t.aborts},
	}
	if e.metrics != nil {
		told = append(told, e.metrics.counters()...)
	}
	return told
}

type fact struct{ name, value, why string }

func (e *executor) facts() []fact {
	return []fact{
		{"cosmos_version", fmt.Sprintf("cosmos-sdk %s, %s", linkedVersion(), runtime.Version()), "linked in"},
		{"threads", fmt.Sprintf("%d executors, GOMAXPROCS %d", e.options.executors, runtime.GOMAXPROCS(0)),
			"Go's own, made anew every block and not pinned; its collector runs on them as well"},
		{"gc_percent", fmt.Sprint(e.options.gcPercent), "as given"},
		{"estimates", "off", "cosmos makes them of its own bank's transactions alone"},
	}
}

// linkedVersion is without the v.
func linkedVersion() string {
	if built, known := debug.ReadBuildInfo(); known {
		for _, module := range built.Deps {
			if module.Path == library {
				return module.Version[1:]
			}
		}
	}
	return "of unknown version"
}
