// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/trie"
)

// proofNodes are the nodes on a path from the root, in Ethereum's proof format: one RLP list a node, those that are embedded left out.
type proofNodes [][]byte

// Put takes what Trie.Prove gives.
func (p *proofNodes) Put(_, node []byte) error {
	*p = append(*p, node)
	return nil
}

func (p *proofNodes) Delete([]byte) error { return errors.New("a proof deletes nothing") }

func (b *backend) prove(key []byte) (proofNodes, error) {
	if b.empty {
		return nil, nil
	}
	tr, err := trie.New(trie.StateTrieID(b.at.root), b.nodes)
	if err != nil {
		return nil, err
	}
	var nodes proofNodes
	return nodes, tr.Prove(key, &nodes)
}

// nodesByHash are a proof's nodes as VerifyProof asks for them.
type nodesByHash struct {
	nodes map[common.Hash][]byte
	asked int
}

func (n *nodesByHash) Has(key []byte) (bool, error) {
	_, there := n.nodes[common.BytesToHash(key)]
	return there, nil
}

func (n *nodesByHash) Get(key []byte) ([]byte, error) {
	n.asked++
	return n.nodes[common.BytesToHash(key)], nil
}

// verify says whether the items lead to the root, none left over, and which value they show (none: the key is absent).
func verify(root common.Hash, key []byte, items [][]byte) (valid bool, value []byte) {
	if root == types.EmptyRootHash && len(items) == 0 {
		return true, nil
	}
	proof := nodesByHash{nodes: make(map[common.Hash][]byte, len(items))}
	for _, item := range items {
		proof.nodes[crypto.Keccak256Hash(item)] = item
	}
	value, err := trie.VerifyProof(root, key, &proof)
	return err == nil && proof.asked == len(items), value
}
