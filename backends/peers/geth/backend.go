// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/ethereum/go-ethereum/trie/trienode"
	"github.com/ethereum/go-ethereum/triedb"
	"github.com/ethereum/go-ethereum/triedb/hashdb"
	"github.com/ethereum/go-ethereum/triedb/pathdb"
)

// A fastcache passes over an entry of 64 KiB or more, and what it has under that name stays there: pathdb's clean caches go on giving the node or
// the value of before (README.md, "Faults"). This is less, by more than a path takes, and only a value of about this size makes such a node.
const leastUncached = 1<<16 - 1<<10

// A node keeps so many tries in memory under hashdb (state.TriesInMemory); pathdb has the same number of layers inside.
const triesInMemory = 128

// backend is one account trie whose keys are StateKeys as they are and whose values are any bytes, and the database that keeps it.
//
//	stage      trie.New at the last root, Trie.UpdateBatch
//	merkleize  Trie.Hash
//	persist    Trie.Commit --node set--> triedb.Update --> triedb.Commit --> one sync
//
// go-ethereum looks into accounts in two places, and neither is on this path: hashdb's references to storage tries, which follow collected leaves
// (Commit collects none here), and pathdb's generator of flat states (switched off: the loader writes them).
type backend struct {
	options options
	counts  counts
	store   *store
	nodes   *triedb.Database // nil before the load
	at      position
	empty   bool
	staged  *staged
	huge    bool   // whether values of leastUncached were ever here
	era     uint64 // of readers: changes when what they read is out of date
	walked  walkedTrie
	tries   []common.Hash // flush=buffer with hashdb: referenced roots, oldest first
	written uint64        // nodes
}

// staged is the block that is on its way.
type staged struct {
	trie *trie.Trie
	flat map[common.Hash][]byte // values, nil for a deletion; nil where there is no flat state
	root common.Hash
}

func openBackend(o options) (*backend, error) {
	runtime.GOMAXPROCS(max(o.procs, 1))
	debug.SetGCPercent(o.gogc)
	b := &backend{options: o}
	if err := b.openFiles(); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *backend) openFiles() error {
	s, err := openStore(&b.options, &b.counts)
	if err != nil {
		return err
	}
	b.store = s
	if err := b.resume(); err != nil {
		b.closeFiles()
		return err
	}
	return nil
}

// resume takes up what the files hold.
func (b *backend) resume() error {
	b.at, b.empty = position{root: types.EmptyRootHash}, true
	found, err := readRecord(b.store, positionKey)
	if err != nil || found == nil {
		return err
	}
	if found.state == stateLoading {
		return badInput("the data folder '%s' holds a load that was cut short: delete the folder and load again", b.options.directory)
	}
	if found.scheme != b.options.scheme {
		return badInput("the data folder '%s' was loaded with scheme=%s, and scheme=%s was asked for: take scheme=%s, or another folder",
			b.options.directory, found.scheme, b.options.scheme, found.scheme)
	}
	b.nodes = triedb.NewDatabase(b.store, b.config())
	b.at, b.empty = found.at, false
	if b.huge, err = b.store.Has(hugeKey); err != nil {
		return err
	}
	if b.options.scheme == rawdb.PathScheme {
		if err := b.takeUpJournal(); err != nil {
			return err
		}
	}
	if _, err := trie.New(trie.StateTrieID(b.at.root), b.nodes); err != nil {
		return corrupt("the data folder '%s' lacks the state of block %d: %s; delete the folder and load again", b.options.directory, b.at.block,
			failureOf(err).text)
	}
	return nil
}

// takeUpJournal goes on where the last close left off, if the journal of then still fits the database.
func (b *backend) takeUpJournal() error {
	head, err := readRecord(b.store, headKey)
	if err != nil || head == nil {
		return err
	}
	if _, err := b.nodes.NodeReader(head.at.root); err != nil {
		return nil // it does not: blocks were written since, or the process was killed
	}
	layers, err := b.store.Get(layersKey)
	if err != nil {
		return err
	}
	b.store.positions.expectLayers(layers)
	b.at = head.at
	return nil
}

func (b *backend) config() *triedb.Config {
	if b.options.scheme == rawdb.HashScheme {
		return &triedb.Config{HashDB: &hashdb.Config{CleanCacheSize: int(b.options.cleanCache)}}
	}
	path := *pathdb.Defaults
	path.TrieCleanSize = int(b.options.cleanCache)
	path.StateCleanSize = int(b.options.stateCache)
	path.WriteBufferSize = int(b.options.dirtyCache)
	path.JournalDirectory = b.options.directory
	path.SnapshotNoBuild = true // it would take our values for accounts
	path.NoAsyncFlush = !b.options.buffered
	return &triedb.Config{PathDB: &path}
}

// load takes the entries that `each` gives, in order, and makes them block 0.
func (b *backend) load(each func(add func(key, value []byte) error) error) error {
	if !b.empty {
		return badInput("the data folder '%s' is loaded already: take another", b.options.directory)
	}
	l, err := newLoader(b.store)
	if err != nil {
		return err
	}
	add := func(key, value []byte) error {
		if err := b.meet(value); err != nil {
			return err
		}
		return l.add(key, value)
	}
	if err := each(add); err != nil {
		return err
	}
	root, err := l.finish()
	if err != nil {
		return err
	}
	b.nodes = triedb.NewDatabase(b.store, b.config())
	if b.options.scheme == rawdb.PathScheme {
		// As after a snap sync: the flat state is complete.
		if err := b.nodes.AdoptSyncedState(root); err != nil {
			return err
		}
	}
	b.at = position{0, root}
	if err := b.store.Put(positionKey, encodeRecord(stateComplete, b.at, b.options.scheme)); err != nil {
		return err
	}
	if err := b.store.sync(); err != nil {
		return err
	}
	b.empty = false
	b.era++
	return nil
}

// stage applies one block. An empty value deletes its key, as in go-ethereum. Values are kept until persist has returned or longer: they are Go's.
func (b *backend) stage(keys, values [][]byte) error {
	tr, err := b.openTrie()
	if err != nil {
		return err
	}
	for _, value := range values {
		if err := b.meet(value); err != nil {
			return err
		}
	}
	next := &staged{trie: tr}
	if err := tr.UpdateBatch(keys, values); err != nil {
		return err
	}
	if b.options.scheme == rawdb.PathScheme {
		next.flat = make(map[common.Hash][]byte, len(keys))
		for i, key := range keys {
			if len(key) != common.HashLength {
				continue // a script's key: no reader can ask for it
			}
			value := values[i]
			if len(value) == 0 {
				value = nil
			}
			next.flat[common.Hash(key)] = value
		}
	}
	b.staged = next
	return nil
}

// meet notes the first value of leastUncached, for later processes too.
func (b *backend) meet(value []byte) error {
	if len(value) < leastUncached || b.huge {
		return nil
	}
	b.huge = true
	return b.store.Put(hugeKey, []byte{})
}

// isUncached says whether a node or a value of the block is larger than what pathdb's clean caches take.
func (b *backend) isUncached(set *trienode.NodeSet) bool {
	if !b.huge || b.staged.flat == nil {
		return false
	}
	for _, value := range b.staged.flat {
		if len(value) >= leastUncached {
			return true
		}
	}
	if set == nil {
		return false
	}
	for _, node := range set.Nodes {
		if len(node.Blob) >= leastUncached {
			return true
		}
	}
	return false
}

// openTrie opens the trie of the last block, or takes one that readers walked, as go-ethereum takes its prefetcher's. A backend that was never loaded begins with the empty one.
func (b *backend) openTrie() (*trie.Trie, error) {
	if b.empty {
		nothing := func(func(key, value []byte) error) error { return nil }
		if err := b.load(nothing); err != nil {
			return nil, err
		}
	}
	if walked := b.walked.take(b.era); walked != nil {
		return walked, nil
	}
	return trie.New(trie.StateTrieID(b.at.root), b.nodes)
}

func (b *backend) merkleize() (common.Hash, error) {
	if b.staged == nil {
		return common.Hash{}, badInput("merkleize without a staged block")
	}
	b.staged.root = b.staged.trie.Hash()
	return b.staged.root, nil
}

func (b *backend) persist(block uint64) error {
	if b.staged == nil {
		return badInput("persist without a staged block")
	}
	root, set := b.staged.trie.Commit(false)
	if root != b.staged.root {
		return fmt.Errorf("Trie.Commit gave the root %s, and Trie.Hash gave %s", root, b.staged.root)
	}
	next := position{block, root}
	if root == b.at.root {
		// Nothing changed: there is no layer to add, and pathdb refuses one.
		if err := b.writePosition(next); err != nil {
			return err
		}
	} else if err := b.update(next, set); err != nil {
		return err
	}
	if b.options.sync && !b.options.buffered {
		if err := b.store.sync(); err != nil {
			return err
		}
	}
	b.at = next
	b.staged = nil
	b.era++
	return nil
}

// emptyCaches opens pathdb again at `root`, which has no other way to forget what it cached.
func (b *backend) emptyCaches(root common.Hash) error {
	if b.options.buffered {
		if err := b.nodes.Journal(root); err != nil {
			return err
		}
	}
	if err := b.nodes.Close(); err != nil {
		return err
	}
	b.nodes = triedb.NewDatabase(b.store, b.config())
	return nil
}

func (b *backend) update(next position, set *trienode.NodeSet) error {
	merged := trienode.NewMergedNodeSet()
	if set != nil {
		merged = trienode.NewWithNodeSet(set)
		updated, _ := set.Size()
		b.written += uint64(updated)
	}
	var states *triedb.StateSet
	if b.staged.flat != nil {
		states = triedb.NewStateSet()
		states.Accounts = b.staged.flat
	}
	b.store.positions.expect(next)
	if err := b.nodes.Update(next.root, b.at.root, next.block, merged, states); err != nil {
		return err
	}
	keep := b.commit
	if b.options.buffered {
		keep = b.keepInMemory
	}
	if err := keep(next.root); err != nil {
		return err
	}
	if b.isUncached(set) {
		if err := b.emptyCaches(next.root); err != nil {
			return err
		}
	}
	if b.options.buffered {
		return nil
	}
	if !b.store.positions.isWritten(next.block) {
		return b.writePosition(next) // the trie became empty: hashdb writes no node for it
	}
	return nil
}

// commit writes the trie of `root` and what it stands on.
func (b *backend) commit(root common.Hash) error {
	if b.options.scheme == rawdb.HashScheme {
		b.store.positions.committing = root
		defer func() { b.store.positions.committing = common.Hash{} }()
	}
	return b.nodes.Commit(root, false)
}

// keepInMemory is what a node does after a block instead of committing: nothing with pathdb, which counts its layers itself, and core/blockchain.go's
// collection of garbage with hashdb.
func (b *backend) keepInMemory(root common.Hash) error {
	if b.options.scheme == rawdb.PathScheme {
		return nil
	}
	if err := b.nodes.Reference(root, common.Hash{}); err != nil {
		return err
	}
	b.tries = append(b.tries, root)
	if len(b.tries) <= triesInMemory {
		return nil
	}
	limit := common.StorageSize(b.options.dirtyCache)
	if _, dirty, _ := b.nodes.Size(); dirty > limit {
		if err := b.nodes.Cap(limit - ethdb.IdealBatchSize); err != nil {
			return err
		}
	}
	oldest := b.tries[0]
	b.tries = b.tries[1:]
	return b.nodes.Dereference(oldest)
}

// writePosition writes the record alone. In memory-bound blocks (flush=buffer) the database is behind, and its record stays that of what it holds.
func (b *backend) writePosition(at position) error {
	if b.options.buffered {
		b.store.positions.expect(at)
		return nil
	}
	return b.store.Put(positionKey, encodeRecord(stateComplete, at, b.options.scheme))
}

// settle brings to the files what flush=buffer left in memory: pathdb's journal, or hashdb's last trie.
func (b *backend) settle() error {
	if b.nodes == nil || b.empty || !b.options.buffered {
		return nil
	}
	record := encodeRecord(stateComplete, b.at, b.options.scheme)
	if b.options.scheme == rawdb.PathScheme {
		if err := b.nodes.Journal(b.at.root); err != nil {
			return err
		}
		if err := b.store.Put(layersKey, b.store.positions.layers()); err != nil {
			return err
		}
		return b.store.Put(headKey, record)
	}
	if err := b.commit(b.at.root); err != nil {
		return err
	}
	return b.store.Put(positionKey, record)
}

func (b *backend) closeFiles() {
	b.staged, b.tries = nil, nil
	b.era++
	if b.nodes != nil {
		_ = b.nodes.Close() // a flush that failed was reported by the call that waited for it
		b.nodes = nil
	}
	if b.store != nil {
		_ = b.store.Close()
		b.store = nil
	}
}

func (b *backend) close() error {
	err := b.settle()
	b.closeFiles()
	return err
}

func (b *backend) reopen() error {
	if err := b.close(); err != nil {
		return err
	}
	return b.openFiles()
}
