// SPDX-License-Identifier: Apache-2.0

// Package main is the real go-ethereum trie as a plug-in of commitbench: README.md says how, plugin.c has the tables.
//
// This file is the border. Every entry recovers from panics; what comes from C is copied before it is kept, and what goes to C lies in C's memory
// or is passed as an argument of one call.
package main

/*
#cgo CFLAGS: -I${SRCDIR}/../../../include
#include <stdlib.h>
#include <string.h>
#include <commitbench/plugin.h>
#include "callbacks.h"
*/
import "C"

import (
	"errors"
	"runtime/cgo"
	"unsafe"

	"github.com/ethereum/go-ethereum/common"
)

func main() {}

// Keys asked for at once in a load.
const loadEntries = 4096

// opened is a backend with the memory that it lends to C.
type opened struct {
	*backend
	verified lent
}

// openedReader is a reader with the memory that it lends to C.
type openedReader struct {
	*reader
	value lent
}

// lent is memory of C that holds one value until the next.
type lent struct {
	data unsafe.Pointer
	room int
}

func (l *lent) keep(bytes []byte) C.cb_bytes {
	if len(bytes) > l.room {
		C.free(l.data)
		l.room = 2 * len(bytes)
		l.data = C.malloc(C.size_t(l.room)) // never nil: cgo ends the process instead
	}
	copy(unsafe.Slice((*byte)(l.data), l.room), bytes)
	return C.cb_bytes{data: (*C.uint8_t)(l.data), size: C.size_t(len(bytes))}
}

func (l *lent) free() {
	C.free(l.data)
	*l = lent{}
}

// report writes the caller's error.
func report(to *C.cb_error, failed *failure) C.cb_code {
	room := unsafe.Slice((*byte)(unsafe.Pointer(&to.message[0])), len(to.message))
	room[copy(room[:len(room)-1], failed.text)] = 0
	return C.cb_code(failed.code)
}

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

func backendOf(handle C.uintptr_t) *opened { return cgo.Handle(handle).Value().(*opened) }

// view is C's memory as a slice, for the time of the call.
func view(bytes C.cb_bytes) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(bytes.data)), int(bytes.size))
}

//export geth_open
func geth_open(settings *C.cb_setting, count C.size_t, given *C.cb_resources, handle *C.uintptr_t, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		words := make(map[string]string, int(count))
		for _, setting := range unsafe.Slice(settings, int(count)) {
			words[C.GoString(setting.key)] = C.GoString(setting.value)
		}
		chosen, err := resolve(words, resources{
			durable:   given.durability == C.CB_DURABILITY_BLOCK,
			budget:    uint64(given.memory_budget),
			directory: C.GoString(given.directory),
			workers:   int(given.host.workers),
		})
		if err != nil {
			return err
		}
		b, err := openBackend(chosen)
		if err != nil {
			return err
		}
		*handle = C.uintptr_t(cgo.NewHandle(&opened{backend: b}))
		return nil
	})
}

//export geth_close
func geth_close(handle C.uintptr_t) {
	defer func() { _ = recover() }() // the ABI has no error here
	b := backendOf(handle)
	cgo.Handle(handle).Delete()
	b.verified.free()
	_ = b.close()
}

//export geth_position
func geth_position(handle C.uintptr_t, out *C.cb_position, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		b := backendOf(handle)
		out.block = C.uint64_t(b.at.block)
		copyRoot(&out.root[0], b.at.root)
		out.empty = 0
		if b.empty {
			out.empty = 1
		}
		return nil
	})
}

func copyRoot(to *C.uint8_t, root common.Hash) {
	copy(unsafe.Slice((*byte)(unsafe.Pointer(to)), common.HashLength), root[:])
}

//export geth_load
func geth_load(handle C.uintptr_t, state *C.cb_sorted_state, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		return backendOf(handle).load(func(add func(key, value []byte) error) error {
			for {
				var keys *C.cb_key
				var values *C.cb_bytes
				given := C.next_entries(state, loadEntries, &keys, &values)
				if given < 0 {
					return errors.New("the source of the first state failed")
				}
				if given == 0 {
					return nil
				}
				keysOf, valuesOf := unsafe.Slice(keys, int(given)), unsafe.Slice(values, int(given))
				for i := range keysOf {
					if err := add(keyView(&keysOf[i]), view(valuesOf[i])); err != nil {
						return err
					}
				}
			}
		})
	})
}

func keyView(key *C.cb_key) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(key)), common.HashLength)
}

// valueArena copies values into one piece of Go's memory: go-ethereum keeps them for longer than C does.
type valueArena struct{ bytes []byte }

func newValueArena(size int) *valueArena { return &valueArena{make([]byte, 0, size)} }

func (a *valueArena) copy(value []byte) []byte {
	begin := len(a.bytes)
	a.bytes = append(a.bytes, value...)
	return a.bytes[begin:len(a.bytes):len(a.bytes)]
}

//export geth_stage
func geth_stage(handle C.uintptr_t, changes *C.cb_change, count C.size_t, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		all := unsafe.Slice(changes, int(count))
		size := 0
		for i := range all {
			size += int(all[i].new_value.size)
		}
		arena := newValueArena(size)
		keys, values := make([][]byte, len(all)), make([][]byte, len(all))
		for i := range all {
			keys[i] = keyView(&all[i].key)
			if all[i].deleted == 0 {
				values[i] = arena.copy(view(all[i].new_value))
			}
		}
		return backendOf(handle).stage(keys, values)
	})
}

//export geth_stage_keys
func geth_stage_keys(handle C.uintptr_t, changes *C.cb_key_change, count C.size_t, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		all := unsafe.Slice(changes, int(count))
		size := 0
		for i := range all {
			size += int(all[i].value.size)
		}
		arena := newValueArena(size)
		keys, values := make([][]byte, len(all)), make([][]byte, len(all))
		for i := range all {
			keys[i] = view(all[i].key)
			if all[i].deleted == 0 {
				values[i] = arena.copy(view(all[i].value))
			}
		}
		return backendOf(handle).stage(keys, values)
	})
}

//export geth_merkleize
func geth_merkleize(handle C.uintptr_t, out *C.uint8_t, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		root, err := backendOf(handle).merkleize()
		if err != nil {
			return err
		}
		copyRoot(out, root)
		return nil
	})
}

//export geth_persist
func geth_persist(handle C.uintptr_t, block C.uint64_t, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error { return backendOf(handle).persist(uint64(block)) })
}

//export geth_reopen
func geth_reopen(handle C.uintptr_t, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error { return backendOf(handle).reopen() })
}

//export geth_reader_open
func geth_reader_open(handle C.uintptr_t, reader *C.uintptr_t, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		r, err := openReader(backendOf(handle).backend)
		if err != nil {
			return err
		}
		*reader = C.uintptr_t(cgo.NewHandle(&openedReader{reader: r}))
		return nil
	})
}

// Without a closure: it is called for every read of an execution.
//
//export geth_reader_get
func geth_reader_get(handle C.uintptr_t, key *C.cb_key, value *C.cb_bytes, present *C.int32_t, failed *C.cb_error) (code C.cb_code) {
	defer func() {
		if thrown := recover(); thrown != nil {
			code = report(failed, failureOfPanic(thrown))
		}
	}()
	r := cgo.Handle(handle).Value().(*openedReader)
	found, err := r.get(keyView(key))
	if err != nil {
		return report(failed, failureOf(err))
	}
	*present = 0
	if len(found) > 0 {
		*present = 1
		*value = r.value.keep(found)
	}
	return C.CB_OK
}

//export geth_reader_close
func geth_reader_close(handle C.uintptr_t) {
	defer func() { _ = recover() }() // the ABI has no error here
	r := cgo.Handle(handle).Value().(*openedReader)
	cgo.Handle(handle).Delete()
	r.value.free()
}

//export geth_prove
func geth_prove(handle C.uintptr_t, key C.cb_bytes, visitor C.cb_item_visitor, context unsafe.Pointer, failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		nodes, err := backendOf(handle).prove(view(key))
		if err != nil {
			return err
		}
		for _, node := range nodes {
			C.visit_item(visitor, context, (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(node))), C.size_t(len(node)))
		}
		return nil
	})
}

//export geth_verify
func geth_verify(handle C.uintptr_t, root *C.uint8_t, key C.cb_bytes, items *C.cb_bytes, count C.size_t, valid, present *C.int32_t, value *C.cb_bytes,
	failed *C.cb_error) C.cb_code {
	return guarded(failed, func() error {
		nodes := make([][]byte, 0, int(count))
		for _, item := range unsafe.Slice(items, int(count)) {
			nodes = append(nodes, view(item))
		}
		*valid, *present = 0, 0
		holds, shown := verify(common.Hash(unsafe.Slice((*byte)(unsafe.Pointer(root)), common.HashLength)), view(key), nodes)
		if !holds {
			return nil
		}
		*valid = 1
		if len(shown) > 0 {
			*present = 1
			*value = backendOf(handle).verified.keep(shown)
		}
		return nil
	})
}

//export geth_counters
func geth_counters(handle C.uintptr_t, visitor C.cb_counter_visitor, context unsafe.Pointer) {
	defer func() { _ = recover() }() // the ABI has no error here
	for _, counter := range backendOf(handle).counters() {
		name := C.CString(counter.name)
		C.visit_counter(visitor, context, name, C.uint64_t(counter.value))
		C.free(unsafe.Pointer(name))
	}
}

//export geth_facts
func geth_facts(handle C.uintptr_t, visitor C.cb_fact_visitor, context unsafe.Pointer) {
	defer func() { _ = recover() }() // the ABI has no error here
	for _, told := range backendOf(handle).facts() {
		name, value, why := C.CString(told.name), C.CString(told.value), C.CString(told.why)
		C.visit_fact(visitor, context, name, value, why)
		for _, text := range []*C.char{name, value, why} {
			C.free(unsafe.Pointer(text))
		}
	}
}
