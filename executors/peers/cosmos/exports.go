// SPDX-License-Identifier: Apache-2.0

// Package main is cosmos-sdk's Block-STM as a plug-in of commitbench: README.md says how, plugin.c has the tables, session.h the transactions' side.
//
// This file is the border. Every entry recovers from panics of its own goroutine; one in a goroutine of cosmos's ends the process.
package main

/*
#cgo CFLAGS: -I${SRCDIR}/../../../include
#include <stdlib.h>
#include "session.h"
*/
import "C"

import (
	"runtime/cgo"
	"strconv"
	"unsafe"
)

func main() {}

func executorOf(handle C.uintptr_t) *executor { return cgo.Handle(handle).Value().(*executor) }

// guarded runs an entry's body.
func guarded(to *C.cb_error, body func() error) (code C.cb_code) {
	defer func() {
		if thrown := recover(); thrown != nil {
			code = report(to, failureOfPanic(thrown))
		}
	}()
	if err := body(); err != nil {
		return report(to, failureOf(err))
	}
	return C.CB_OK
}

// report writes the caller's error.
func report(to *C.cb_error, failed *failure) C.cb_code {
	room := unsafe.Slice((*byte)(unsafe.Pointer(&to.message[0])), len(to.message))
	room[copy(room[:len(room)-1], failed.text)] = 0
	return C.cb_code(failed.code)
}

// chosen is what the host makes of the user's words; it has checked types and ranges.
func chosen(settings *C.cb_setting, count C.size_t, host *C.cb_host) (options, error) {
	o := options{executors: int(host.workers)}
	for _, setting := range unsafe.Slice(settings, int(count)) {
		key, word := C.GoString(setting.key), C.GoString(setting.value)
		if word == "auto" {
			continue
		}
		var err error
		switch key {
		case "executors":
			o.executors, err = strconv.Atoi(word)
		case "gc-percent":
			o.gcPercent, err = strconv.Atoi(word)
		case "metrics":
			o.metrics = word == "on"
		}
		if err != nil {
			return o, &failure{codeBadInput, key + "=" + word + ": not a number"}
		}
	}
	return o, nil
}

//export cosmos_open
func cosmos_open(settings *C.cb_setting, count C.size_t, host *C.cb_host, handle *C.uintptr_t, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		o, err := chosen(settings, count, host)
		if err != nil {
			return err
		}
		e, err := openExecutor(o)
		if err != nil {
			return err
		}
		*handle = C.uintptr_t(cgo.NewHandle(e))
		return nil
	})
}

//export cosmos_close
func cosmos_close(handle C.uintptr_t) {
	defer func() { _ = recover() }() // the ABI has no error here
	e := executorOf(handle)
	cgo.Handle(handle).Delete()
	e.close()
}

//export cosmos_prepare
func cosmos_prepare(handle C.uintptr_t, state *C.cb_state, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error { return executorOf(handle).prepare(state) })
}

//export cosmos_execute
func cosmos_execute(handle C.uintptr_t, block *C.cb_block, result *C.cb_block_result, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error { return executorOf(handle).execute(block, result) })
}

// A read of the transaction that the session runs. cosmos may wait in it for another transaction. Without a closure: it is called for every read.
//
//export cosmos_read
func cosmos_read(handle C.uintptr_t, key *C.cb_key, value *C.cb_bytes) (answer C.int32_t) {
	s := cgo.Handle(handle).Value().(*session)
	defer func() {
		if thrown := recover(); thrown != nil {
			s.panicked = failureOfPanic(thrown)
			answer = C.CB_READ_STOP
		}
	}()
	found := s.view.Get(keyView(key))
	if found == nil {
		return C.CB_READ_ABSENT
	}
	value.data = (*C.uint8_t)(unsafe.SliceData(found))
	value.size = C.size_t(len(found))
	return C.CB_READ_PRESENT
}

//export cosmos_counters
func cosmos_counters(handle C.uintptr_t, visitor C.cb_counter_visitor, context unsafe.Pointer) {
	defer func() { _ = recover() }() // the ABI has no error here
	for _, told := range executorOf(handle).counters() {
		name := C.CString(told.name)
		C.visit_counter(visitor, context, name, C.uint64_t(told.value))
		C.free(unsafe.Pointer(name))
	}
}

//export cosmos_facts
func cosmos_facts(handle C.uintptr_t, visitor C.cb_fact_visitor, context unsafe.Pointer) {
	defer func() { _ = recover() }() // the ABI has no error here
	for _, told := range executorOf(handle).facts() {
		name, value, why := C.CString(told.name), C.CString(told.value), C.CString(told.why)
		C.visit_fact(visitor, context, name, value, why)
		for _, text := range []*C.char{name, value, why} {
			C.free(unsafe.Pointer(text))
		}
	}
}
