// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"runtime"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/version"
)

type counter struct {
	name  string
	value uint64
}

// counters have the names of the built-in backends' where they count the same.
func (b *backend) counters() []counter {
	if b.store == nil {
		return nil
	}
	return []counter{
		{"nodes_written", b.written},
		{"store_gets", b.counts.gets.Load()},
		{"store_get_bytes", b.counts.getBytes.Load()},
		{"store_put_bytes", b.counts.putBytes.Load()},
		{"store_syncs", b.counts.syncs.Load()},
		{"store_bytes", b.store.fileBytes()},
	}
}

type fact struct{ name, value, why string }

func mebibytes(bytes uint64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/float64(mebibyte)) }

func (b *backend) facts() []fact {
	o := &b.options
	byRule := "as given"
	if o.divided {
		byRule = "auto: go-ethereum's own shares of --cache (database 50, trie 15, gc 25, snapshot 10 %); what nothing uses goes to the clean nodes, " +
			"and what is below a fastcache's 32 MiB to the engine"
	}
	told := []fact{
		{"geth_version", fmt.Sprintf("go-ethereum %d.%d.%d, %s", version.Major, version.Minor, version.Patch, runtime.Version()), "linked in"},
		{"geth_procs", fmt.Sprint(runtime.GOMAXPROCS(0)), "threads that run Go code at once, collector and compaction included"},
		{"geth_caches", fmt.Sprintf("engine %s, clean nodes %s, flat state %s, dirty %s", mebibytes(o.dbCache), mebibytes(o.cleanCache),
			mebibytes(o.stateCache), mebibytes(o.dirtyCache)), byRule},
		{"geth_handles", fmt.Sprint(o.handles), "files that the engine keeps open"},
		{"geth_after_load", "compacted", "the compaction that a load owes is paid by the load, not by the measured blocks"},
	}
	reads := fact{"geth_reads", "a walk from the root", "hashdb has no flat state; with scheme=path it was asked for"}
	if o.flat {
		reads = fact{"geth_reads", "flat state", "what go-ethereum itself reads under pathdb"}
	}
	return append(told, reads, b.flushFact())
}

func (b *backend) flushFact() fact {
	o := &b.options
	switch {
	case o.buffered:
		return fact{"geth_persist", "in memory until the buffer is full, or until the backend is closed", "flush=buffer: as a node runs; a kill loses these blocks"}
	case !o.sync:
		return fact{"geth_persist", "every block is given to the engine, no sync",
			"Pebble hands its log to the kernel in a thread of its own: a kill in the instant after persist may lose the last block"}
	case o.engine == rawdb.DBLeveldb:
		return fact{"geth_persist", "every block is given to the engine, then its log file is synced", "go-ethereum has no sync for LevelDB: fsync of the log files, once a block"}
	default:
		return fact{"geth_persist", "every block is given to the engine, then one synced record in its log", "SyncKeyValue: all writes before it are on the disk with it"}
	}
}
