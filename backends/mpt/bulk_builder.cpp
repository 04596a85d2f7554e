// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/bulk_builder.hpp"

namespace commitbench::mpt {

Status BulkBuilder::add(ByteView key, ByteView value) {
    if (any_) {
        COMMITBENCH_TRY(settle(NibblePath(last_key_).common_prefix(NibblePath(key))));
    }
    any_ = true;
    last_key_.assign(key.begin(), key.end());
    last_value_.assign(value.begin(), value.end());
    return {};
}

Result<Hash256> BulkBuilder::finish() {
    if (!any_) {
        return empty_trie_root(hash_);
    }
    const NibblePath path(last_key_);
    Result<Item> root = Item{};
    if (used_ == 0) {
        root = close_leaf(path, Place::root);
    } else {
        const std::uint32_t depth = branches_[0].depth;
        COMMITBENCH_TRY(settle(depth));
        root = close_top(path.first(depth), Place::root);
    }
    if (!root) {
        return root.error();
    }
    Hash256 hash;
    std::memcpy(hash.data(), root->bytes.data() + 1, hash.size());
    return hash;
}

Status BulkBuilder::settle(std::uint32_t depth) {
    COMMITBENCH_TRY(place_last(depth));
    const NibblePath path(last_key_);
    while (top().depth > depth) {
        // The closed branch hangs under the next open one, or under a new one at `depth`, whichever
        // is deeper.
        const std::uint32_t below = top().depth;
        const std::uint32_t parent =
            used_ > 1 ? std::max(depth, branches_[used_ - 2].depth) : depth;
        auto item = close_top(path.from(parent + 1).first(below - parent - 1), Place::below);
        if (!item) {
            return item.error();
        }
        open(parent).children[path[parent]] = *item;
    }
    return {};
}

Status BulkBuilder::place_last(std::uint32_t depth) {
    OpenBranch& parent = open(depth);
    const NibblePath path(last_key_);
    if (path.size() == parent.depth) {
        parent.value = last_value_;
        return {};
    }
    auto leaf = close_leaf(path.from(parent.depth + 1), Place::below);
    if (!leaf) {
        return leaf.error();
    }
    parent.children[path[parent.depth]] = *leaf;
    return {};
}

BulkBuilder::OpenBranch& BulkBuilder::open(std::uint32_t depth) {
    if (used_ > 0 && top().depth >= depth) {
        return top();
    }
    if (used_ == branches_.size()) {
        branches_.emplace_back();
    }
    OpenBranch& branch = branches_[used_++];
    branch.depth = depth;
    for (Item& child : branch.children) {
        child.present = false;
    }
    branch.value.clear();
    return branch;
}

Result<BulkBuilder::Item> BulkBuilder::close_leaf(const NibblePath& path, Place place) {
    const std::size_t payload = leaf_payload(path, last_value_);
    scratch_.resize(rlp::list_size(payload));
    put_leaf(scratch_.data(), payload, path, last_value_);
    return emit(place);
}

Result<BulkBuilder::Item> BulkBuilder::close_top(const NibblePath& path, Place place) {
    const OpenBranch& branch = top();
    --used_;
    std::array<const std::uint8_t*, 16> items{};
    for (std::size_t i = 0; i < items.size(); ++i) {
        items[i] = branch.children[i].present ? branch.children[i].bytes.data() : nullptr;
    }
    const std::size_t payload = branch_payload(items, branch.value);
    scratch_.resize(rlp::list_size(payload));
    put_branch(scratch_.data(), payload, items, branch.value);
    if (path.empty()) {
        return emit(place);
    }
    auto child = emit(Place::below);
    if (!child) {
        return child;
    }
    const std::size_t extended = extension_payload(path, item_size(child->bytes.data()));
    scratch_.resize(rlp::list_size(extended));
    put_extension(scratch_.data(), extended, path, child->bytes.data());
    return emit(place);
}

Result<BulkBuilder::Item> BulkBuilder::emit(Place place) {
    Item item;
    item.present = true;
    if (scratch_.size() < 32 && place == Place::below) {
        std::ranges::copy(scratch_, item.bytes.begin());
        return item;
    }
    const Hash256 hash = hash_bytes(hash_, scratch_);
    item.bytes[0] = kHashItem;
    std::ranges::copy(hash, item.bytes.begin() + 1);
    ++work_.nodes;
    work_.permutations += permutations(hash_, scratch_.size());
    COMMITBENCH_TRY(sink_({hash, scratch_}));
    return item;
}

}  // namespace commitbench::mpt
