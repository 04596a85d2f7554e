// SPDX-License-Identifier: Apache-2.0

package main

import (
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
		r.trie = tr
		return err
	}
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
