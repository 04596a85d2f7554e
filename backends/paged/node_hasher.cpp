// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/node_hasher.hpp"

#include "hash/blake3_kernels.hpp"
#include "hash/keccak_many.hpp"
#include "hash/sha256.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace commitbench::paged {
namespace {

Hash256 digest(HashFunction function, ByteView message) {
    switch (function) {
        case HashFunction::sha256:
            return sha256(message);
        case HashFunction::keccak256:
            return keccak256(message);
        case HashFunction::blake3:
            break;
    }
    return blake3(message);
}

const LaneKernel& kernel_of(HashFunction function) {
    switch (function) {
        case HashFunction::sha256:
            return sha256_kernels().front();
        case HashFunction::keccak256:
            return keccak256_kernels().front();
        case HashFunction::blake3:
            break;
    }
    return blake3_kernels().front();
}

const LaneFunction& lanes_of(HashFunction function) {
    switch (function) {
        case HashFunction::sha256:
            return kSha256Lanes;
        case HashFunction::keccak256:
            return kKeccak256Lanes;
        case HashFunction::blake3:
            break;
    }
    return kBlake3Lanes;
}

/// Node::leaf and Node::internal as a kernel applies them.
constexpr DigestLabel kLeafLabel{.keep = ~0U, .set = 0x80};
constexpr DigestLabel kInternalLabel{.keep = ~0x80U, .set = 0};

using TwoDigests = std::array<std::uint8_t, 64>;

TwoDigests side_by_side(const std::uint8_t* left, const std::uint8_t* right) {
    TwoDigests pair;
    std::memcpy(pair.data(), left, 32);
    std::memcpy(pair.data() + 32, right, 32);
    return pair;
}

}  // namespace

HashFunction hash_function(std::string_view text) {
    return text == "sha256"      ? HashFunction::sha256
           : text == "keccak256" ? HashFunction::keccak256
                                 : HashFunction::blake3;
}

std::string_view scheme_of(HashFunction function) {
    switch (function) {
        case HashFunction::sha256:
            return "nomt-sha256";
        case HashFunction::keccak256:
            return "nomt-keccak256";
        case HashFunction::blake3:
            break;
    }
    return "nomt-blake3";
}

void NodeHasher::make_internal(std::span<const PairJob> jobs) const {
    hash_pairs(
        kernel_of(function_), lanes_of(function_), jobs.size(),
        [&](std::size_t i) { return jobs[i].left->bytes.data(); },
        [&](std::size_t i) { return jobs[i].right->bytes.data(); },
        [&](std::size_t i) { return jobs[i].out->bytes.data(); }, kInternalLabel);
}

void NodeHasher::make_internal(const PairBatch& batch) const {
    const LaneKernel& kernel = kernel_of(function_);
    if (batch.size == kernel.lanes && batch.size >= kernel.least) {
        kernel.pairs(batch.left.data(), batch.right.data(), batch.out.data(), kInternalLabel);
        return;
    }
    hash_pairs(
        kernel, lanes_of(function_), batch.size, [&](std::size_t i) { return batch.left[i]; },
        [&](std::size_t i) { return batch.right[i]; }, [&](std::size_t i) { return batch.out[i]; },
        kInternalLabel);
}

void NodeHasher::make_leaves(std::span<const LeafJob> jobs) const {
    hash_pairs(
        kernel_of(function_), lanes_of(function_), jobs.size(),
        [&](std::size_t i) { return jobs[i].key; },
        [&](std::size_t i) { return jobs[i].value_hash; },
        [&](std::size_t i) { return jobs[i].out->bytes.data(); }, kLeafLabel);
}

void NodeHasher::hash_values(std::span<const ValueJob> jobs) const {
    const auto value = [&](std::size_t i) { return jobs[i].value; };
    const auto out = [&](std::size_t i) { return jobs[i].out->data(); };
    LaneBatches(kernel_of(function_), lanes_of(function_), value, out).hash_all(jobs.size());
}

Node NodeHasher::internal(const Node& left, const Node& right) const {
    return Node::internal(digest(function_, side_by_side(left.bytes.data(), right.bytes.data())));
}

Node NodeHasher::leaf(const StateKey& key, const Hash256& value_hash) const {
    return Node::leaf(digest(function_, side_by_side(key.bytes.data(), value_hash.data())));
}

Hash256 NodeHasher::value_hash(ByteView value) const {
    return digest(function_, value);
}

std::uint64_t NodeHasher::compressions(std::size_t size) const {
    switch (function_) {
        case HashFunction::sha256:
            return sha256_compressions(size);
        case HashFunction::keccak256:
            return keccak256_permutations(size);
        case HashFunction::blake3:
            break;
    }
    return blake3_compressions(size);
}

double NodeHasher::measure_compression_ns() const {
    constexpr std::size_t kBatches = 9;
    constexpr std::size_t kNodes = 512;
    std::array<Node, 2 * kNodes> children{};
    std::array<Node, kNodes> parents{};
    std::array<PairJob, kNodes> jobs{};
    for (std::size_t i = 0; i < kNodes; ++i) {
        children[2 * i].bytes[i % 32] = static_cast<std::uint8_t>(i);
        jobs[i] = {&children[2 * i], &children[2 * i + 1], &parents[i]};
    }
    std::array<double, kBatches> batches{};
    for (double& ns : batches) {
        const auto start = std::chrono::steady_clock::now();
        make_internal(jobs);
        const std::chrono::duration<double, std::nano> spent =
            std::chrono::steady_clock::now() - start;
        ns = spent.count() / static_cast<double>(kNodes * compressions(64));
        std::ranges::copy(parents, children.begin());  // the next batch waits for this one
    }
    std::ranges::nth_element(batches, batches.begin() + kBatches / 2);
    return batches[kBatches / 2];
}

}  // namespace commitbench::paged
