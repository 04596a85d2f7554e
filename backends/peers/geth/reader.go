// SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/trie"
)

// flatReader is what pathdb's readers are besides a database.StateReader, whose Account would decode an account.
type flatReader interface {
	AccountRLP(hash common.Hash) ([]byte, error)
}

// reader reads the last persisted block. A trie is no place for two threads (it keeps the nodes that it loaded), so each reader has its own, and
// opens another when a block was persisted since, as a node does.
type reader struct {
	backend *backend
	era     uint64
	flat    flatReader
	trie    *trie.Trie
}

func openReader(b *backend) (*reader, error) {
	r := &reader{backend: b}
	return r, r.renew()
}

func (r *reader) renew() error {
	r.era, r.flat, r.trie = r.backend.era, nil, nil
	b := r.backend
	switch {
	case b.empty:
		return nil
	case b.options.flat:
		states, err := b.nodes.StateReader(b.at.root)
		if err != nil {
			return err
		}
		flat, offered := states.(flatReader)
		if !offered {
			return unsupported("this go-ethereum gives no flat state as bytes: take reads=trie")
		}
		r.flat = flat
		return nil
	default:
		tr, err := trie.New(trie.StateTrieID(b.at.root), b.nodes)
		if err != nil {
			return err
		}
		r.trie = tr
		b.walked.offer(tr, r.era)
		return nil
	}
}

// walkedTrie is the trie of the first reader of a block: what execution read is loaded and decoded in it. [thread-safe]
type walkedTrie struct {
	mutex sync.Mutex
	trie  *trie.Trie
	era   uint64
}

func (w *walkedTrie) offer(tr *trie.Trie, era uint64) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.trie == nil || w.era != era {
		w.trie, w.era = tr, era
	}
}

// take is nil where no reader walked the state of `era`. The reader uses it no more: a block is about to be staged.
func (w *walkedTrie) take(era uint64) *trie.Trie {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	tr := w.trie
	w.trie = nil
	if w.era != era {
		return nil
	}
	return tr
}

// get is empty where the key is absent. What it gives belongs to go-ethereum's caches: it is copied before anything else is called.
func (r *reader) get(key []byte) ([]byte, error) {
	if r.era != r.backend.era {
		if err := r.renew(); err != nil {
			return nil, err
		}
	}
	switch {
	case r.flat != nil:
		return r.flat.AccountRLP(common.Hash(key))
	case r.trie != nil:
		return r.trie.Get(key)
	default:
		return nil, nil
	}
}
