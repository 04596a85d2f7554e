// SPDX-License-Identifier: Apache-2.0
#include "backends/lthash/reference_sum.hpp"

#include "hash/blake3.hpp"

#include <map>

namespace commitbench {
namespace {

class ReferenceSum final : public ReferenceTree {
  public:
    void load(const FirstState& state, std::uint64_t first, std::uint64_t last) override {
        first_ = &state;
        Bytes value;
        for (std::uint64_t rank = first; rank < last; ++rank) {
            state.value(rank, value);
            add(state.key(rank), value, 1);
        }
    }

    void apply(const StateDiff& diff) override {
        for (const Change& change : diff.changes()) {
            if (const std::optional<Bytes> old = value_of(change.key)) {
                add(change.key, *old, -1);
            }
            std::optional<Bytes>& value = written_[change.key];
            value.reset();
            if (!change.deleted) {
                value.emplace(change.new_value.begin(), change.new_value.end());
                add(change.key, *value, 1);
            }
        }
    }

    Root root() override {
        Bytes bytes;
        for (const std::uint16_t number : sum_) {
            bytes.push_back(static_cast<std::uint8_t>(number & 0xff));
            bytes.push_back(static_cast<std::uint8_t>(number >> 8));
        }
        return Root{blake3(bytes)};
    }

  private:
    std::optional<Bytes> value_of(const StateKey& key) const {
        const auto written = written_.find(key);
        if (written != written_.end()) {
            return written->second;
        }
        const auto rank = first_ == nullptr ? std::nullopt : first_->find(key);
        if (!rank) {
            return std::nullopt;
        }
        Bytes value;
        first_->value(*rank, value);
        return value;
    }

    void add(const StateKey& key, const Bytes& value, int sign) {
        Bytes element;
        append_with_length(element, key.view());
        append_with_length(element, value);
        std::array<std::uint8_t, 2048> output{};
        blake3_xof(element, output);
        for (std::size_t i = 0; i < sum_.size(); ++i) {
            const int number = output[2 * i] + 256 * output[2 * i + 1];
            sum_[i] = static_cast<std::uint16_t>(sum_[i] + sign * number);
        }
    }

    static void append_with_length(Bytes& element, ByteView part) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            element.push_back(static_cast<std::uint8_t>(part.size() >> shift));
        }
        element.insert(element.end(), part.begin(), part.end());
    }

    const FirstState* first_ = nullptr;
    std::map<StateKey, std::optional<Bytes>> written_;  // by diffs; nullopt: deleted
    std::array<std::uint16_t, 1024> sum_{};
};

}  // namespace

std::unique_ptr<ReferenceTree> make_lthash_reference() {
    return std::make_unique<ReferenceSum>();
}

}  // namespace commitbench
