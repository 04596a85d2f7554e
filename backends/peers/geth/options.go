// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"

	"github.com/ethereum/go-ethereum/common/fdlimit"
	"github.com/ethereum/go-ethereum/core/rawdb"
)

const (
	mebibyte = uint64(1) << 20
	// A fastcache takes as much when it fills up, whatever smaller size it was asked for (512 buckets of one 64 KiB chunk).
	leastFastcache = 32 * mebibyte
	// pathdb takes no larger write buffer (maxBufferSize of triedb/pathdb/config.go).
	mostPathBuffer = 256 * mebibyte
	leastHandles   = 16
)

// Shares of --cache, in percent: the defaults of go-ethereum's --cache.trie, --cache.gc and --cache.snapshot. The engine gets the rest, which is
// its --cache.database of 50.
const (
	cleanShare = 15
	dirtyShare = 25
	stateShare = 10
)

// resources are those of plugin.h.
type resources struct {
	durable   bool
	budget    uint64
	directory string
	workers   int
}

// options are resolved: nothing is left to choose.
type options struct {
	resources
	scheme     string // of rawdb: "path" or "hash"
	engine     string // of rawdb: "pebble" or "leveldb"
	buffered   bool
	flat       bool
	sync       bool
	dbCache    uint64
	cleanCache uint64
	stateCache uint64
	dirtyCache uint64
	handles    int
	procs      int
	gogc       int
	divided    bool // whether any cache was left to the rule
}

// resolve turns the words of the table in plugin.c into decisions.
func resolve(words map[string]string, given resources) (options, error) {
	o := options{
		resources: given,
		scheme:    words["scheme"],
		engine:    words["db"],
		buffered:  words["flush"] == "buffer",
	}
	// Pebble keeps the end of its log in the process until it is synced, and even durability=none wants what a kill leaves.
	wanted := given.durable || (o.engine == rawdb.DBPebble && !o.buffered)
	o.sync = words["sync"] == "on" || (words["sync"] == "auto" && wanted)
	hasFlat := o.scheme == rawdb.PathScheme
	o.flat = words["reads"] == "flat" || (words["reads"] == "auto" && hasFlat)
	switch {
	case o.flat && !hasFlat:
		return o, badInput("reads=flat is for scheme=path: hashdb has no flat state; take reads=trie, or scheme=path")
	case o.buffered && given.durable:
		return o, badInput("flush=buffer keeps blocks in memory, and durability=block wants each on the disk: take flush=block, or durability=none")
	case o.buffered && o.sync:
		return o, badInput("sync=on is for flush=block: with flush=buffer persist writes nothing that it could sync; leave sync away")
	case given.durable && !o.sync:
		return o, badInput("sync=off leaves blocks to the kernel, and durability=block wants each on the disk: leave sync away, or take durability=none")
	}
	if err := o.divide(words); err != nil {
		return o, err
	}
	return o, o.count(words)
}

// divide gives every cache its size: go-ethereum's own shares; what nothing uses goes to the clean nodes, and a share that is below what a
// fastcache takes goes to the engine.
func (o *options) divide(words map[string]string) error {
	share := func(percent uint64) uint64 { return o.budget / 100 * percent }
	dirty := share(dirtyShare)
	if o.scheme == rawdb.PathScheme {
		dirty = min(dirty, mostPathBuffer)
	}
	if !o.buffered {
		dirty = 0
	}
	state := share(stateShare)
	if !o.flat || state < leastFastcache {
		state = 0
	}
	clean := share(cleanShare+dirtyShare) - dirty
	if !o.flat {
		clean += share(stateShare)
	}
	if clean < leastFastcache {
		clean = 0
	}
	for _, cache := range []struct {
		key  string
		size *uint64
		auto uint64
	}{
		{"dirty-cache", &o.dirtyCache, dirty},
		{"state-cache", &o.stateCache, state},
		{"clean-cache", &o.cleanCache, clean},
		{"db-cache", &o.dbCache, o.budget - dirty - state - clean},
	} {
		if words[cache.key] == "auto" {
			*cache.size = cache.auto
			o.divided = true
			continue
		}
		size, err := number(cache.key, words[cache.key])
		if err != nil {
			return err
		}
		*cache.size = size * mebibyte
	}
	if o.scheme == rawdb.PathScheme && o.dirtyCache > mostPathBuffer {
		return badInput("dirty-cache=%d: pathdb takes %d MiB at most; ask for no more, or take scheme=hash", o.dirtyCache/mebibyte,
			mostPathBuffer/mebibyte)
	}
	return nil
}

// count sets what is no size.
func (o *options) count(words map[string]string) error {
	o.procs = o.workers
	if words["procs"] != "auto" {
		procs, err := number("procs", words["procs"])
		if err != nil {
			return err
		}
		o.procs = int(procs)
	}
	gogc, err := number("gogc", words["gogc"])
	if err != nil {
		return err
	}
	o.gogc = int(gogc)
	if words["handles"] != "auto" {
		handles, err := number("handles", words["handles"])
		if err != nil {
			return err
		}
		o.handles = int(handles)
		return nil
	}
	limit, err := fdlimit.Current()
	if err != nil {
		return fmt.Errorf("asking how many files may be open: %w", err)
	}
	o.handles = max(limit/2, leastHandles)
	return nil
}

func number(key, word string) (uint64, error) {
	value, err := strconv.ParseUint(word, 10, 63)
	if err != nil {
		return 0, badInput("%s=%s is no number: give one, or auto", key, word)
	}
	return value, nil
}
