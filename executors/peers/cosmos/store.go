// SPDX-License-Identifier: Apache-2.0

package main

/*
#include <stdlib.h>
#include "session.h"
*/
import "C"

import (
	"unsafe"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// stores are what cosmos takes a block's state from and gives its changes to: one store. Nothing else of the interface is called.
type stores struct {
	storetypes.MultiStore
	e *executor
}

func (s stores) GetStore(storetypes.StoreKey) storetypes.Store { return state{e: s.e} }

func (s stores) GetKVStore(storetypes.StoreKey) storetypes.KVStore { return state{e: s.e} }

// state is that one store. No transaction iterates, so the rest of the interface is not called.
type state struct {
	storetypes.KVStore
	e *executor
}

func (state) GetStoreType() storetypes.StoreType { return storetypes.StoreTypeIAVL }

// Get is called by a transaction that runs, once a key and block: cosmos keeps what it gave.
func (state) Get(key []byte) []byte {
	answer := C.read_state((*C.cb_key)(unsafe.Pointer(unsafe.SliceData(key))))
	if answer.present == 0 {
		return nil
	}
	return valueView(answer.value)
}

func (s state) Has(key []byte) bool { return s.Get(key) != nil }

// Set is called once a changed key, at the end of the block, in ascending order.
//
// INVARIANT: cosmos passes slices on and copies nothing, so that a value is where session.c has put it, and C may be told of it.
func (s state) Set(key, value []byte) {
	change := s.e.nextChange(key)
	change.deleted = 0
	change.new_value = C.cb_bytes{data: (*C.uint8_t)(unsafe.SliceData(value)), size: C.size_t(len(value))}
}

// Delete likewise.
func (s state) Delete(key []byte) {
	change := s.e.nextChange(key)
	change.deleted = 1
	change.new_value = C.cb_bytes{}
}

// nextChange adds a change, its old value to be noted.
func (e *executor) nextChange(key []byte) *C.cb_change {
	count := len(e.changes)
	if count == cap(e.changes) {
		room := 2*count + 1024
		memory := C.realloc(unsafe.Pointer(unsafe.SliceData(e.changes)), C.size_t(room)*C.sizeof_cb_change)
		if memory == nil {
			panic("no memory for the block's changes")
		}
		e.changes = unsafe.Slice((*C.cb_change)(memory), room)
	}
	e.changes = e.changes[:count+1]
	change := &e.changes[count]
	copy(keyView(&change.key), key)
	change.old_state = C.CB_OLD_UNKNOWN
	change.old_value = C.cb_bytes{}
	return change
}
