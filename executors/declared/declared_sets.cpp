// SPDX-License-Identifier: Apache-2.0
#include "executors/declared/declared_sets.hpp"

#include <absl/container/flat_hash_map.h>
#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

namespace commitbench {
namespace {

/// 0..n-1 from 64 random bits. The standard's distributions may differ between libraries.
std::uint32_t below(std::mt19937_64& random, std::size_t n) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint32_t>((static_cast<Wide>(random()) * n) >> 64);
}

bool conflict(std::span<const Access> a, std::span<const Access> b) {
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i].key == b[j].key && (a[i].write | b[j].write) != 0) {
            return true;
        }
        // Evaluated before either moves.
        const bool first = a[i].key <= b[j].key;
        const bool second = b[j].key <= a[i].key;
        i += first ? 1 : 0;
        j += second ? 1 : 0;
    }
    return false;
}

/// One transaction alone on the state before the block.
class PreExecution final : public StateAccess {
  public:
    PreExecution(StateReader& before, AccessSetsBuilder& sets) : before_(before), sets_(sets) {}

    StateRead read(const StateKey& key) override {
        sets_.touch(key, false);
        if (error_) {
            return {ReadState::stop, {}};
        }
        if (const auto mine = writes_.find(key); mine != writes_.end()) {
            return mine->second ? StateRead{ReadState::present, *mine->second}
                                : StateRead{ReadState::absent, {}};
        }
        const auto value = before_.get(key);
        if (!value) {
            error_ = value.error();
            return {ReadState::stop, {}};
        }
        return *value ? StateRead{ReadState::present, **value} : StateRead{ReadState::absent, {}};
    }
    void write(const StateKey& key, ByteView value) override {
        sets_.touch(key, true);
        writes_[key] = Bytes(value.begin(), value.end());
    }
    void erase(const StateKey& key) override {
        sets_.touch(key, true);
        writes_[key].reset();
    }

    void end_transaction() {
        sets_.end_transaction();
        writes_.clear();
    }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  private:
    StateReader& before_;
    AccessSetsBuilder& sets_;
    absl::flat_hash_map<StateKey, std::optional<Bytes>> writes_;  // nullopt: erased
    std::optional<Error> error_;
};

}  // namespace

AccessSets over_declared(const AccessSets& exact, double factor, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint32_t> begins{0};
    std::vector<Access> accesses;
    std::vector<std::uint32_t> declared_by(exact.keys().size(), 0);  // 1 + the last that has it
    for (std::size_t index = 0; index < exact.size(); ++index) {
        const std::span<const Access> row = exact.of(index);
        const auto stamp = static_cast<std::uint32_t>(index + 1);
        for (const Access access : row) {
            declared_by[access.key] = stamp;
            accesses.push_back(access);
        }
        const auto wanted = std::min<std::size_t>(
            exact.keys().size(),
            static_cast<std::size_t>(std::llround(static_cast<double>(row.size()) * factor)));
        for (std::size_t count = row.size(); count < wanted;) {
            const std::uint32_t key = below(random, exact.keys().size());
            if (declared_by[key] == stamp) {
                continue;
            }
            declared_by[key] = stamp;
            Access extra;
            extra.key = key & 0x7fffffffU;
            extra.write = row[below(random, row.size())].write;
            accesses.push_back(extra);
            ++count;
        }
        std::sort(accesses.begin() + begins.back(), accesses.end(),
                  [](const Access& a, const Access& b) { return a.key < b.key; });
        begins.push_back(static_cast<std::uint32_t>(accesses.size()));
    }
    return {{exact.keys().begin(), exact.keys().end()}, std::move(begins), std::move(accesses)};
}

AccessSets promoted(const AccessSets& exact, double share, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<Access> accesses(exact.accesses().begin(), exact.accesses().end());
    for (Access& access : accesses) {
        const bool drawn = static_cast<double>(random() >> 11) * 0x1p-53 < share;
        access.write = access.write | (drawn ? 1U : 0U);
    }
    return {{exact.keys().begin(), exact.keys().end()},
            {exact.begins().begin(), exact.begins().end()},
            std::move(accesses)};
}

Result<AccessSets> pre_executed(const Block& block, StateReader& before) {
    AccessSetsBuilder sets;
    PreExecution access(before, sets);
    for (std::uint32_t index = 0; index < block.size(); ++index) {
        static_cast<void>(block.execute(index, access));
        if (access.error()) {
            return *access.error();
        }
        access.end_transaction();
    }
    return sets.finish();
}

StateKey leading_bits(const StateKey& key, unsigned bits) noexcept {
    StateKey part;
    const std::size_t whole = bits / 8;
    std::copy_n(key.bytes.begin(), whole, part.bytes.begin());
    if (bits % 8 != 0) {
        part.bytes[whole] = static_cast<std::uint8_t>(key.bytes[whole] & (0xff00U >> (bits % 8)));
    }
    return part;
}

AccessSets coarsened(const AccessSets& sets, unsigned bits) {
    AccessSetsBuilder coarse;
    for (std::size_t index = 0; index < sets.size(); ++index) {
        for (const Access access : sets.of(index)) {
            coarse.touch(leading_bits(sets.keys()[access.key], bits), access.write != 0);
        }
        coarse.end_transaction();
    }
    return coarse.finish();
}

std::uint64_t false_conflicts(const PrecedenceGraph& graph, const AccessSets& exact) {
    std::uint64_t count = 0;
    for (std::uint32_t index = 0; index < graph.size(); ++index) {
        graph.for_each_successor(index, [&](std::uint32_t later) {
            count += conflict(exact.of(index), exact.of(later)) ? 0U : 1U;
        });
    }
    return count;
}

}  // namespace commitbench
