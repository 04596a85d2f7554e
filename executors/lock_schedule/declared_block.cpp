// SPDX-License-Identifier: Apache-2.0
#include "executors/lock_schedule/declared_block.hpp"

#include "executors/declared/declared_sets.hpp"

#include <fmt/format.h>

namespace commitbench {
namespace {

Result<AccessSets> declare(const Block& block,
                           StateReader& before,
                           const LockScheduleSettings& settings) {
    if (settings.declared == Declared::stale) {
        return pre_executed(block, before);
    }
    if (block.access_sets() == nullptr) {
        return Error{ErrorCode::unsupported,
                     fmt::format("lock-schedule: block {} has no access sets", block.number())};
    }
    const AccessSets& exact = *block.access_sets();
    // Another draw for every block.
    const std::uint64_t seed = settings.seed * 0x9e3779b97f4a7c15ULL + block.number();
    switch (settings.declared) {
        case Declared::over:
            return over_declared(exact, settings.factor, seed);
        case Declared::promote:
            return promoted(exact, settings.share, seed);
        default:
            return exact;
    }
}

}  // namespace

Status DeclaredBlock::receive(const Block& block,
                              StateReader& before,
                              const LockScheduleSettings& settings) {
    block_ = nullptr;
    auto declared = declare(block, before, settings);
    if (!declared) {
        return declared.error();
    }
    sets_ = std::move(*declared);
    if (sets_.size() != block.size()) {
        return Error{ErrorCode::unsupported,
                     fmt::format("lock-schedule: block {} has {} transactions and access sets of "
                                 "{}",
                                 block.number(), block.size(), sets_.size())};
    }
    locks_.reset();
    if (settings.lock_bits != kKeyBits) {
        locks_ = coarsened(sets_, settings.lock_bits);
    }
    keys_.clear();
    keys_.reserve(sets_.accesses().size());
    for (const Access access : sets_.accesses()) {
        keys_.push_back(sets_.keys()[access.key]);
    }
    graph_.build(locks());
    parallelism_ = parallelism_of(graph_);
    false_conflicts_ = block.access_sets() == nullptr
                           ? 0
                           : commitbench::false_conflicts(graph_, *block.access_sets());
    block_ = &block;
    return {};
}

}  // namespace commitbench
