// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/trie"
)

// Large enough that the engine's work for a batch does not count, small beside its write buffers.
const loadBatchBytes = 4 << 20

// loader writes a first state bottom up, as go-ethereum's snap sync does: a StackTrie gives every node when nothing more can come below it, and
// the flat state goes beside it. Complexity: one pass, memory of one path.
type loader struct {
	store *store
	batch ethdb.Batch
	trie  *trie.StackTrie
}

// newLoader marks the folder: until finish, it holds a load that was cut short.
func newLoader(s *store) (*loader, error) {
	if err := s.Put(positionKey, encodeRecord(stateLoading, position{}, s.positions.scheme)); err != nil {
		return nil, err
	}
	if err := s.sync(); err != nil {
		return nil, err
	}
	l := &loader{store: s, batch: s.NewBatch()}
	l.trie = trie.NewStackTrie(func(path []byte, hash common.Hash, node []byte) {
		rawdb.WriteTrieNode(l.batch, common.Hash{}, path, hash, node, s.positions.scheme)
	})
	return l, nil
}

// add takes the next entry; both slices are copied. An empty value is an absent key.
func (l *loader) add(key, value []byte) error {
	if len(value) == 0 {
		return nil
	}
	if err := l.trie.Update(key, value); err != nil {
		return err
	}
	if l.store.positions.scheme == rawdb.PathScheme {
		rawdb.WriteAccountSnapshot(l.batch, common.Hash(key), value)
	}
	return l.write(loadBatchBytes)
}

// finish gives the root. What compaction the load owes is paid here and not by the measured blocks.
func (l *loader) finish() (common.Hash, error) {
	root := l.trie.Hash()
	if err := l.write(0); err != nil {
		return root, err
	}
	l.batch.Close()
	return root, l.store.Compact(nil, nil)
}

// write empties a batch that is larger than `least`.
func (l *loader) write(least int) error {
	if l.batch.ValueSize() <= least {
		return nil
	}
	if err := l.batch.Write(); err != nil {
		return err
	}
	l.batch.Reset()
	return nil
}
