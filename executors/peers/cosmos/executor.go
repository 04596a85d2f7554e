// SPDX-License-Identifier: Apache-2.0

package main

/*
#include <stdlib.h>
#include "session.h"
*/
import "C"

import (
	"context"
	"fmt"
	"runtime"
	"runtime/cgo"
	"runtime/debug"
	"unsafe"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/cosmos-sdk/baseapp/txnrunner"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

type options struct {
	executors int
	gcPercent int
	metrics   bool
}

// executor runs blocks with cosmos's runner. What cosmos calls a transaction is bytes that a function executes: here the bytes are none, and the
// function runs the host's transaction of the same place in the block. All keys are in one store.
type executor struct {
	options  options
	runner   *txnrunner.STMRunner
	store    storetypes.StoreKey
	sessions []*session
	idle     chan *session // cosmos runs at most as many transactions at once
	readable bool
	metrics  *metrics // nil where off
	totals   totals

	// Of the block.
	block    *C.cb_block
	receipts []C.cb_receipt   // C's memory
	counts   []C.access_count // likewise
	changes  []C.cb_change    // likewise
	bytes    [][]byte         // cosmos's transactions: nothing in each
}

// session is the Go side of a session of session.h.
type session struct {
	c        *C.session
	handle   cgo.Handle
	view     storetypes.KVStore // as the transaction under way sees the state
	panicked *failure
}

func openExecutor(o options) (*executor, error) {
	runtime.GOMAXPROCS(o.executors)
	debug.SetGCPercent(o.gcPercent)
	e := &executor{options: o, store: storetypes.NewKVStoreKey("state"), idle: make(chan *session, o.executors)}
	if o.metrics {
		var err error
		if e.metrics, err = startMetrics(); err != nil {
			return nil, err
		}
	}
	// No estimates: cosmos makes them of its own bank's transactions alone.
	e.runner = txnrunner.NewSTMRunner(nil, []storetypes.StoreKey{e.store}, o.executors, false, nil)
	for range o.executors {
		s := &session{}
		s.handle = cgo.NewHandle(s)
		s.c = C.session_make(C.uintptr_t(s.handle))
		e.sessions = append(e.sessions, s)
		e.idle <- s
	}
	return e, nil
}

func (e *executor) close() {
	for _, s := range e.sessions {
		C.session_free(s.c)
		s.handle.Delete()
	}
	C.free(unsafe.Pointer(unsafe.SliceData(e.receipts)))
	C.free(unsafe.Pointer(unsafe.SliceData(e.counts)))
	C.free(unsafe.Pointer(unsafe.SliceData(e.changes)))
}

func (e *executor) prepare(state *C.cb_state) error {
	e.readable = false
	for _, s := range e.sessions {
		C.session_close_reader(s.c)
	}
	if state == nil {
		return nil
	}
	for _, s := range e.sessions {
		if code := C.session_open_reader(s.c, state, &s.c.error); code != C.CB_OK {
			return &failure{int(code), C.GoString(&s.c.error.message[0])}
		}
	}
	e.readable = true
	return nil
}

func (e *executor) execute(block *C.cb_block, result *C.cb_block_result) error {
	if !e.readable {
		return &failure{codeUnsupported, "execute without a state: prepare comes first"}
	}
	e.begin(block)
	if _, err := e.runner.Run(context.Background(), stores{e: e}, e.bytes, e.deliver); err != nil {
		return err
	}
	if err := e.firstFailure(); err != nil {
		return err
	}
	sessions := make([]*C.session, len(e.sessions))
	for i, s := range e.sessions {
		sessions[i] = s.c
	}
	C.note_old_values((**C.session)(unsafe.SliceData(sessions)), C.size_t(len(sessions)), unsafe.SliceData(e.changes), C.size_t(len(e.changes)))
	e.give(result)
	return nil
}

// begin forgets the last block and makes room for this one.
func (e *executor) begin(block *C.cb_block) {
	size := int(block.size)
	e.block = block
	e.receipts = ofSize(e.receipts, size)
	e.counts = ofSize(e.counts, size)
	e.changes = e.changes[:0]
	if len(e.bytes) < size {
		e.bytes = make([][]byte, size)
	}
	e.bytes = e.bytes[:size]
	for _, s := range e.sessions {
		s.panicked = nil
		C.session_begin_block(s.c)
	}
}

// ofSize is memory of C for so many, the same as before where that is enough.
func ofSize[T any](before []T, size int) []T {
	if size > cap(before) {
		var one T
		C.free(unsafe.Pointer(unsafe.SliceData(before)))
		before = unsafe.Slice((*T)(C.malloc(C.size_t(size)*C.size_t(unsafe.Sizeof(one)))), size)
	}
	return before[:size]
}

// deliver is what cosmos calls to execute a transaction, once or again and again.
func (e *executor) deliver(_ []byte, _ sdk.Tx, shown storetypes.MultiStore, index int, _ map[string]any) *abci.ExecTxResult {
	s := <-e.idle
	s.view = shown.GetKVStore(e.store)
	C.run_transaction(s.c, e.block, C.uint32_t(index), &e.receipts[index], &e.counts[index])
	for _, write := range unsafe.Slice(s.c.writes, int(s.c.write_count)) {
		if write.erased != 0 {
			s.view.Delete(keyView(write.key))
		} else {
			s.view.Set(keyView(write.key), valueView(write.value))
		}
	}
	s.view = nil
	e.idle <- s
	return nil // the receipt is where the host wants it
}

// keyView and valueView are C's memory as slices. They go into cosmos's structures, which live no longer than the block.
func keyView(key *C.cb_key) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(key)), C.sizeof_cb_key)
}

func valueView(value C.cb_bytes) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(value.data)), int(value.size))
}

func (e *executor) firstFailure() error {
	for _, s := range e.sessions {
		if s.panicked != nil {
			return s.panicked
		}
		if s.c.failed != C.CB_OK {
			return &failure{int(s.c.failed), C.GoString(&s.c.error.message[0])}
		}
	}
	for i := range e.receipts {
		if e.receipts[i].status == C.CB_TX_STOPPED {
			return &failure{codeUnsupported, fmt.Sprintf("transaction %d of block %d stopped although every read was answered: a mistake of the workload",
				i, uint64(e.block.number))}
		}
	}
	return nil
}

func (e *executor) give(result *C.cb_block_result) {
	var reads, stateReads, writes uint64
	for _, count := range e.counts {
		reads += uint64(count.reads)
		writes += uint64(count.writes)
	}
	executions := uint64(0)
	for _, s := range e.sessions {
		stateReads += uint64(s.c.answer_count)
		executions += uint64(s.c.executions)
	}
	result.changes = unsafe.SliceData(e.changes)
	result.change_count = C.size_t(len(e.changes))
	result.receipts = unsafe.SliceData(e.receipts)
	result.receipt_count = C.size_t(len(e.receipts))
	result.reads, result.state_reads, result.writes = C.uint64_t(reads), C.uint64_t(stateReads), C.uint64_t(writes)
	e.totals.add(totals{reads, stateReads, writes, executions, executions - uint64(len(e.receipts))})
}
