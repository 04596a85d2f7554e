// SPDX-License-Identifier: Apache-2.0
#include "workloads/fold.hpp"
#include "workloads/p2p/p2p.hpp"
#include "workloads/work_units.hpp"

#include <array>

namespace commitbench::p2p {
namespace {

/// How a run of reads ended.
enum class Reading : std::uint8_t { done, malformed, stopped };

/// Folds reads into one digest.
class Reader {
  public:
    Reader(StateAccess& state, std::uint64_t digest) : state_(state), digest_(digest) {}

    [[nodiscard]] Reading read(const StateKey& key, Value& value) {
        const StateRead read = state_.read(key);
        if (read.state == ReadState::stop) {
            return Reading::stopped;
        }
        digest_ = folded(digest_, read);
        if (read.state == ReadState::absent || read.value.size() != kValueBytes) {
            return Reading::malformed;
        }
        value = read_value(read.value.data());
        return Reading::done;
    }

    [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }

  private:
    StateAccess& state_;
    std::uint64_t digest_;
};

/// The values of one side of the payment, in the order of its accesses.
struct Side {
    std::span<const Access> accesses;
    std::span<const StateKey> keys;
    std::array<Value, kMostAccesses> values{};

    [[nodiscard]] Reading read(Reader& reader) {
        for (std::size_t i = 0; i < accesses.size(); ++i) {
            if (const Reading how = reader.read(keys[i], values[i]); how != Reading::done) {
                return how;
            }
        }
        return Reading::done;
    }

    /// INVARIANT: every side has a balance.
    [[nodiscard]] std::uint64_t balance() const noexcept {
        std::size_t at = 0;
        while (accesses[at].record != Record::balance) {
            ++at;
        }
        return values[at].number;
    }

    /// Writes what the shape says, or the sequence number alone. Balances change by `coins`, modulo
    /// 2^64; whatever else is written counts one more.
    void write(StateAccess& state, std::uint64_t digest, std::uint64_t coins, bool all) const {
        for (std::size_t i = 0; i < accesses.size(); ++i) {
            const Record record = accesses[i].record;
            if (accesses[i].writes && (all || record == Record::account)) {
                // Each location gets a digest of its own from one result.
                digest = mixed(digest + 1);
                std::array<std::uint8_t, kValueBytes> bytes;  // NOLINT(*-member-init)
                write_value(bytes.data(),
                            {values[i].number + (record == Record::balance ? coins : 1), digest});
                state.write(keys[i], bytes);
            }
        }
    }
};

// The two sides get different digests from one result.
constexpr std::uint64_t kReceiverSide = 0x72656365'69766572ULL;

}  // namespace

Receipt P2pBlock::execute(std::uint32_t index, StateAccess& state) const {
    const std::uint64_t amount = amounts_[index];
    const std::span<const StateKey> both = keys(index);
    Side sender{shape_.sender, both.first(shape_.sender.size())};
    Side receiver{shape_.receiver, both.subspan(shape_.sender.size())};

    Reader reader(state, mixed(number_) + index);
    const auto read_all = [&] {
        for (const StateKey& key : *configs_) {
            Value value;
            if (const Reading how = reader.read(key, value); how != Reading::done) {
                return how;
            }
        }
        const Reading how = sender.read(reader);
        return how == Reading::done && sender.balance() >= amount ? receiver.read(reader) : how;
    };
    const Reading how = read_all();
    if (how == Reading::stopped) {
        return {TxStatus::stopped, 0};
    }
    const std::uint64_t digest = work(work_, reader.digest());
    if (how == Reading::malformed) {
        return {TxStatus::failed, digest};
    }
    const bool covered = sender.balance() >= amount;
    sender.write(state, digest, 0 - amount, covered);
    if (covered) {
        receiver.write(state, digest ^ kReceiverSide, amount, true);
    }
    return {covered ? TxStatus::ok : TxStatus::failed, digest};
}

}  // namespace commitbench::p2p
