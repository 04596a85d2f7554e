// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/leaves.hpp"

namespace commitbench::paged {
namespace {

std::size_t value_bytes(std::span<const LeafView> leaves) {
    std::size_t sum = 0;
    for (const LeafView& leaf : leaves) {
        sum += leaf.value.size();
    }
    return sum;
}

}  // namespace

bool fits(std::span<const LeafView> leaves, const BucketLimit& limit) {
    if (leaves.size() > limit.leaves) {
        return false;
    }
    return leaves.size() == 1 || limit.image_bytes == 0 ||
           Bucket::image_size(leaves.size(), value_bytes(leaves)) <= limit.image_bytes;
}

void append_leaves(const Bucket& bucket, std::vector<LeafView>& out) {
    for (std::size_t i = 0; i < bucket.count(); ++i) {
        out.push_back({&bucket.key(i), &bucket.leaf(i), bucket.value(i)});
    }
}

void append_merged(const Bucket* bucket,
                   std::span<const KeyWrite> writes,
                   std::vector<LeafView>& out) {
    const std::size_t count = bucket == nullptr ? 0 : bucket->count();
    std::size_t i = 0;
    for (const KeyWrite& write : writes) {
        for (; i < count && bucket->key(i) < write.key; ++i) {
            out.push_back({&bucket->key(i), &bucket->leaf(i), bucket->value(i)});
        }
        const bool present = i < count && bucket->key(i) == write.key;
        if (!write.deleted) {
            const bool same = present && equal(bucket->value(i), write.value);
            out.push_back({&write.key, same ? &bucket->leaf(i) : &kTerminator, write.value});
        }
        i += present ? 1 : 0;
    }
    for (; i < count; ++i) {
        out.push_back({&bucket->key(i), &bucket->leaf(i), bucket->value(i)});
    }
}

Overwritten overwrite(Bucket& bucket, std::span<const KeyWrite> writes) {
    std::size_t i = 0;
    for (const KeyWrite& write : writes) {
        i = bucket.lower_bound(write.key, i);
        if (write.deleted || i == bucket.count() || !same_key(bucket.key(i), write.key) ||
            bucket.value(i).size() != write.value.size()) {
            return Overwritten::impossible;
        }
    }
    Overwritten result = Overwritten::unchanged;
    i = 0;
    for (const KeyWrite& write : writes) {
        i = bucket.lower_bound(write.key, i);
        if (!equal(bucket.value(i), write.value)) {
            std::ranges::copy(write.value, bucket.value_bytes(i));
            bucket.leaf(i) = kTerminator;
            bucket.dirty = true;
            result = Overwritten::changed;
        }
    }
    return result;
}

Bucket* make_bucket(TreeMemory& memory, std::span<const LeafView> leaves, std::uint32_t depth) {
    const std::size_t image = Bucket::image_size(leaves.size(), value_bytes(leaves));
    Bucket* const bucket =
        Bucket::make(memory.allocate(Bucket::memory_size(image)), image, leaves.size(), depth);
    bucket->dirty = true;
    std::uint32_t end = 0;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        bucket->key(i) = *leaves[i].key;
        bucket->leaf(i) = *leaves[i].leaf;
        end += static_cast<std::uint32_t>(leaves[i].value.size());
        bucket->set_end(i, end);
        bucket->set_parted(i, i == 0 ? depth : shared_bits(*leaves[i - 1].key, *leaves[i].key));
        std::ranges::copy(leaves[i].value, bucket->value_bytes(i));
    }
    return bucket;
}

}  // namespace commitbench::paged
