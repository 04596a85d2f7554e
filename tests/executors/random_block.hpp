// SPDX-License-Identifier: Apache-2.0
// Random little blocks over few keys, and a state of std::map, for tests that compare executors and
// runs.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/block.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace commitbench::testing {

/// Key `n`: its bytes look random and are different for every n (splitmix64's finaliser is a
/// bijection).
[[nodiscard]] inline StateKey test_key(std::uint64_t n) {
    StateKey key;
    for (std::uint64_t word = 0; word < 4; ++word) {
        std::uint64_t x = n * 4 + word + 0x9e3779b97f4a7c15ULL;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
        x ^= x >> 31;
        std::memcpy(key.bytes.data() + word * 8, &x, sizeof x);
    }
    return key;
}

enum class OpKind : std::uint8_t {
    read,
    write_sum,    ///< writes a value made of everything that the transaction read so far
    write_fixed,  ///< writes without having read
    erase,
    add,          ///< adds the salt to a counter
    fail_if_odd,  ///< ends the transaction as failed where what it read has an odd digest
};

struct Op {
    OpKind kind = OpKind::read;
    std::uint64_t key = 0;  ///< for test_key
    std::uint64_t salt = 0;
};

/// A block whose transactions are lists of operations.
class ScriptBlock : public Block {
  public:
    ScriptBlock(std::uint64_t number, std::vector<std::vector<Op>> transactions)
        : number_(number), transactions_(std::move(transactions)) {}

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(transactions_.size());
    }
    [[nodiscard]] const std::vector<std::vector<Op>>& transactions() const { return transactions_; }

    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        std::uint64_t digest = 1;
        for (const Op& op : transactions_[index]) {
            const StateKey key = test_key(op.key);
            switch (op.kind) {
                case OpKind::read: {
                    const StateRead read = state.read(key);
                    if (read.state == ReadState::stop) {
                        return {};
                    }
                    digest = mix(digest, read.state == ReadState::present ? 1 : 0);
                    for (const std::uint8_t byte : read.value) {
                        digest = mix(digest, byte);
                    }
                    break;
                }
                case OpKind::write_sum:
                    state.write(key, value_of(digest ^ op.salt));
                    break;
                case OpKind::write_fixed:
                    state.write(key, value_of(op.salt));
                    break;
                case OpKind::erase:
                    state.erase(key);
                    break;
                case OpKind::add:
                    if (state.add(key, op.salt) == ReadState::stop) {
                        return {};
                    }
                    break;
                case OpKind::fail_if_odd:
                    if (digest % 2 == 1) {
                        return {TxStatus::failed, digest};
                    }
                    break;
            }
        }
        return {TxStatus::ok, digest};
    }

    /// 1 to 40 bytes that follow from `seed`.
    [[nodiscard]] static Bytes value_of(std::uint64_t seed) {
        Bytes value(1 + seed % 40);
        for (std::uint8_t& byte : value) {
            seed = mix(seed, 7);
            byte = static_cast<std::uint8_t>(seed >> 56);
        }
        return value;
    }
    [[nodiscard]] static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
        return (a ^ b) * 0x9e3779b97f4a7c15ULL + 0x632be59bd9b4e019ULL;
    }

  private:
    std::uint64_t number_;
    std::vector<std::vector<Op>> transactions_;
};

[[nodiscard]] inline std::vector<std::vector<Op>> random_transactions(std::uint64_t seed,
                                                                      std::size_t count,
                                                                      std::uint64_t keys) {
    std::mt19937_64 random(seed);
    std::vector<std::vector<Op>> transactions(count);
    for (auto& transaction : transactions) {
        transaction.resize(random() % 8);
        for (Op& op : transaction) {
            const std::uint64_t dice = random() % 18;
            op.kind = dice < 6    ? OpKind::read
                      : dice < 10 ? OpKind::write_sum
                      : dice < 12 ? OpKind::write_fixed
                      : dice < 15 ? OpKind::erase
                      : dice < 17 ? OpKind::add
                                  : OpKind::fail_if_odd;
            op.key = random() % keys;
            op.salt = random();
        }
    }
    return transactions;
}

using StateMap = std::map<StateKey, Bytes>;

/// Serves a StateMap that someone else owns; fails at the `fail_at`-th read (0: never).
class MapSource : public StateSource {
  public:
    explicit MapSource(const StateMap& map, std::uint64_t fail_at = 0)
        : map_(map), fail_at_(fail_at) {}
    Result<std::unique_ptr<StateReader>> open_reader() override {
        return std::unique_ptr<StateReader>(std::make_unique<Reader>(*this));
    }
    std::atomic<std::uint64_t> reads{0};  ///< of all readers, on whatever threads

  private:
    class Reader : public StateReader {
      public:
        explicit Reader(MapSource& source) : source_(source) {}
        Result<std::optional<ByteView>> get(const StateKey& key) override {
            if (++source_.reads == source_.fail_at_) {
                return Error{ErrorCode::io, "the disk is gone"};
            }
            const auto found = source_.map_.find(key);
            if (found == source_.map_.end()) {
                return std::optional<ByteView>();
            }
            // Into a buffer that the next call overwrites: whoever keeps the view finds out.
            buffer_ = found->second;
            return std::optional<ByteView>(buffer_);
        }

      private:
        MapSource& source_;
        Bytes buffer_;
    };

    const StateMap& map_;
    std::uint64_t fail_at_;
};

}  // namespace commitbench::testing
