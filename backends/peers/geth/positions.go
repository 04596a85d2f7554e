// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/binary"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
)

// Keys of ours among go-ethereum's, none of which has these lengths and first letters.
var (
	positionKey = []byte("commitbench-position") // of what is in the database
	headKey     = []byte("commitbench-head")     // of what is in pathdb's journal besides, after a close
	layersKey   = []byte("commitbench-layers")   // which blocks the layers of that journal are
	hugeKey     = []byte("commitbench-huge")     // there where values of leastUncached ever were
)

// position is a block and the state after it.
type position struct {
	block uint64
	root  common.Hash
}

// A record is  state (1) | block (8, big-endian) | root (32) | scheme.
const (
	stateLoading  = 1
	stateComplete = 2
	recordHeader  = 1 + 8 + common.HashLength
)

func encodeRecord(state byte, at position, scheme string) []byte {
	record := make([]byte, 0, recordHeader+len(scheme))
	record = append(record, state)
	record = binary.BigEndian.AppendUint64(record, at.block)
	record = append(record, at.root[:]...)
	return append(record, scheme...)
}

// record is one that was read.
type record struct {
	state  byte
	at     position
	scheme string
}

// readRecord is nil where there is none.
func readRecord(database ethdb.KeyValueReader, key []byte) (*record, error) {
	if there, err := database.Has(key); err != nil || !there {
		return nil, err
	}
	text, err := database.Get(key)
	if err != nil {
		return nil, err
	}
	if len(text) < recordHeader || (text[0] != stateLoading && text[0] != stateComplete) {
		return nil, corrupt("the record '%s' is damaged: delete the data folder and load again", key)
	}
	return &record{
		state:  text[0],
		at:     position{binary.BigEndian.Uint64(text[1:]), common.Hash(text[9:recordHeader])},
		scheme: string(text[recordHeader:]),
	}, nil
}

// positions knows of which block the roots are that go-ethereum is about to write, so that the batch that holds a root gets its record too.
// Used by persist and by pathdb's own thread that empties the write buffer.
//
//   - pathdb writes a state in one batch, and its root with it (rawdb.SnapshotRootKey).
//   - hashdb writes a trie in several batches, its children first: the batch with the root node is the one after which all is there.
type positions struct {
	scheme string
	// The root whose trie hashdb is committing, else zero. Only hashdb's Commit, which runs in persist, looks at it.
	committing common.Hash
	mutex      sync.Mutex
	expected   map[common.Hash]uint64
	written    uint64
}

func newPositions(scheme string) *positions {
	return &positions{scheme: scheme, expected: make(map[common.Hash]uint64)}
}

// expect says that `at` is handed to the trie database. A root that comes back is that of its last block.
func (p *positions) expect(at position) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.expected[at.root] = at.block
}

// isWritten says whether the block's record was put into a batch.
func (p *positions) isWritten(block uint64) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.written == block
}

// recordFor is what must be written in the same batch as the pair, or nil.
func (p *positions) recordFor(key, value []byte) []byte {
	if p.scheme == rawdb.HashScheme {
		if len(key) != common.HashLength || common.Hash(key) != p.committing {
			return nil
		}
		return p.take(p.committing)
	}
	if !bytes.Equal(key, rawdb.SnapshotRootKey) {
		return nil
	}
	return p.take(common.BytesToHash(value))
}

func (p *positions) take(root common.Hash) []byte {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	block, known := p.expected[root]
	if !known {
		return nil
	}
	for other, number := range p.expected {
		if number <= block {
			delete(p.expected, other)
		}
	}
	p.written = block
	return encodeRecord(stateComplete, position{block, root}, p.scheme)
}

const layerBytes = common.HashLength + 8

// layers are the roots that are on their way, for the next process.
func (p *positions) layers() []byte {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	text := make([]byte, 0, len(p.expected)*layerBytes)
	for root, block := range p.expected {
		text = append(text, root[:]...)
		text = binary.BigEndian.AppendUint64(text, block)
	}
	return text
}

// expectLayers takes up what layers gave.
func (p *positions) expectLayers(text []byte) {
	for ; len(text) >= layerBytes; text = text[layerBytes:] {
		p.expect(position{binary.BigEndian.Uint64(text[common.HashLength:]), common.Hash(text[:common.HashLength])})
	}
}
