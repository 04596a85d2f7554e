// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/block_witness.hpp"

#include "codec/hex.hpp"

#include <chrono>
#include <fmt/format.h>

namespace commitbench::paged {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t ns_since(Clock::time_point start) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
}

bool is_less(const StateKey& a, const StateKey& b) noexcept {
    return a.prefix() != b.prefix() ? a.prefix() < b.prefix() : a < b;
}

Error does_not_hold(std::string_view reason) {
    return {ErrorCode::mismatch,
            fmt::format("paged: the block's witness does not prove its root: {}; the root itself "
                        "is checked apart, and witness=off goes on without witnesses",
                        reason)};
}

}  // namespace

std::shared_ptr<ReadLog> BlockWitness::open_log() {
    return logs_.emplace_back(std::make_shared<ReadLog>());
}

void BlockWitness::collect_keys(std::span<const KeyWrite> writes) {
    keys_.clear();
    for (const KeyWrite& write : writes) {
        keys_.push_back(write.key);
    }
    for (const std::shared_ptr<ReadLog>& log : logs_) {
        keys_.insert(keys_.end(), log->keys.begin(), log->keys.end());
        log->keys.clear();
    }
    std::erase_if(logs_, [](const auto& log) { return log.use_count() == 1; });
    std::ranges::sort(keys_, is_less);
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
}

Status BlockWitness::make(ProofSource& before,
                          const Node& old_root,
                          std::span<const KeyWrite> writes) {
    const Clock::time_point start = Clock::now();
    collect_keys(writes);
    const auto witness = make_witness(before, old_root, keys_);
    if (!witness) {
        return witness.error();
    }
    bytes_ = witness->encode();
    make_ns_ += ns_since(start);
    witness_keys_ += keys_.size();
    witness_bytes_ += bytes_.size();
    return {};
}

std::span<const Write> BlockWitness::hash_writes(std::span<const KeyWrite> writes) {
    hashed_.assign(writes.size(), {});
    jobs_.clear();
    for (std::size_t i = 0; i < writes.size(); ++i) {
        hashed_[i].key = writes[i].key;
        if (!writes[i].deleted) {
            jobs_.push_back({writes[i].value, &hashed_[i].value_hash.emplace()});
        }
    }
    hasher_.hash_values(jobs_);
    return hashed_;
}

Status BlockWitness::check(const Node& old_root,
                           std::span<const KeyWrite> writes,
                           const Node& new_root) {
    const Clock::time_point start = Clock::now();
    const auto proved = verify_witness(hasher_, old_root, bytes_, hash_writes(writes));
    verify_ns_ += ns_since(start);
    if (!proved) {
        return does_not_hold(proved.error().message);
    }
    if (*proved != new_root) {
        return does_not_hold(fmt::format("it leads to {}, the tree came to {}",
                                         to_hex(proved->bytes), to_hex(new_root.bytes)));
    }
    return {};
}

void BlockWitness::counters(CounterVisitor& visitor) const {
    visitor.counter("witness_keys", witness_keys_);
    visitor.counter("witness_bytes", witness_bytes_);
    visitor.counter("witness_make_ns", make_ns_);
    visitor.counter("witness_verify_ns", verify_ns_);
}

void BlockWitness::facts(FactVisitor& visitor) {
    visitor.fact("witness", "old root and multi-proof of all keys read and written",
                 "read is what the executor asked the backend for, speculative reads too; keys and "
                 "hashes of values, no values");
    visitor.fact("witness_timing", "made in stage, checked in merkleize, on one thread",
                 "these spans, and execute with the noting of keys, are longer than with "
                 "witness=off; hash_permutations leaves the witness's hashes out");
}

}  // namespace commitbench::paged
