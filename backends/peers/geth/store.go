// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/ethdb/leveldb"
	"github.com/ethereum/go-ethereum/ethdb/pebble"
)

// store is the database under the trie database: the engine with the settings that go-ethereum gives it, without a freezer, and
//
//   - the position goes into the very batch that makes it true (positions.go);
//   - reads and writes are counted;
//   - sync makes what was written durable, whatever the engine.
type store struct {
	ethdb.Database
	positions  *positions
	counts     *counts
	folder     string
	durable    func() error
	syncedLogs []string // names of LevelDB's log files that the folder is known to hold after a power cut
}

// counts outlive a store, which is closed and opened again. [thread-safe]
type counts struct{ gets, getBytes, putBytes, syncs atomic.Uint64 }

func openStore(o *options, c *counts) (*store, error) {
	folder := filepath.Join(o.directory, "chaindata")
	if there := rawdb.PreexistingDatabase(folder); there != "" && there != o.engine {
		return nil, badInput("'%s' holds a database of %s, and db=%s was asked for: take db=%s, or another folder", folder, there, o.engine, there)
	}
	s := &store{folder: folder, counts: c, positions: newPositions(o.scheme)}
	var engine ethdb.KeyValueStore
	var err error
	cache := int(o.dbCache / mebibyte)
	if o.engine == rawdb.DBLeveldb {
		engine, err = leveldb.New(folder, cache, o.handles, "", false)
		s.durable = s.syncLogs
	} else {
		engine, err = pebble.New(folder, cache, o.handles, "", false)
		s.durable = func() error { return engine.SyncKeyValue() }
	}
	if err != nil {
		return nil, err
	}
	s.Database = rawdb.NewDatabase(engine)
	return s, nil
}

func (s *store) Get(key []byte) ([]byte, error) {
	value, err := s.Database.Get(key)
	s.counts.gets.Add(1)
	s.counts.getBytes.Add(uint64(len(value)))
	return value, err
}

func (s *store) Put(key, value []byte) error {
	s.counts.putBytes.Add(uint64(len(key) + len(value)))
	return s.Database.Put(key, value)
}

func (s *store) NewBatch() ethdb.Batch { return &batch{s.Database.NewBatch(), s} }

func (s *store) NewBatchWithSize(size int) ethdb.Batch {
	return &batch{s.Database.NewBatchWithSize(size), s}
}

// sync returns when everything written before is on the disk.
func (s *store) sync() error {
	s.counts.syncs.Add(1)
	return s.durable()
}

// syncLogs is what sync is with LevelDB. go-ethereum never syncs it (SyncKeyValue does nothing there), but every write has reached its log file
// when it returns, so syncing the file from here is as good as syncing the write. A log that goes away meanwhile has become a table, which
// LevelDB syncs itself.
func (s *store) syncLogs() error {
	logs, err := filepath.Glob(filepath.Join(s.folder, "*.log"))
	if err != nil {
		return err
	}
	for _, name := range logs {
		if err := syncFile(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if slices.Equal(logs, s.syncedLogs) {
		return nil
	}
	s.syncedLogs = logs
	return syncFile(s.folder)
}

func syncFile(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}

// fileBytes is what the files take.
func (s *store) fileBytes() uint64 {
	var sum uint64
	_ = filepath.WalkDir(s.folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // files come and go in a compaction
		}
		if info, err := entry.Info(); err == nil {
			sum += uint64(info.Size())
		}
		return nil
	})
	return sum
}

// batch adds the position to the writes that bring it about.
type batch struct {
	ethdb.Batch
	store *store
}

func (b *batch) Put(key, value []byte) error {
	if err := b.Batch.Put(key, value); err != nil {
		return err
	}
	if record := b.store.positions.recordFor(key, value); record != nil {
		return b.Batch.Put(positionKey, record)
	}
	return nil
}

func (b *batch) Write() error {
	b.store.counts.putBytes.Add(uint64(b.ValueSize()))
	return b.Batch.Write()
}
