// SPDX-License-Identifier: Apache-2.0
#include "workloads/mint/mint.hpp"

#include "workloads/work_units.hpp"
#include "workloads/working_set.hpp"

#include <fmt/format.h>

namespace commitbench::mint {
namespace {

// What a key of Domain::mint_key is for: the second word of its position.
constexpr std::uint64_t kMinterKeys = 0;
constexpr std::uint64_t kTokenKeys = 1;
constexpr std::uint64_t kCounterKeys = 2;

}  // namespace

StateKey counter_key(std::uint64_t seed) noexcept {
    return random_key(seed, Domain::mint_key, {0, kCounterKeys, 0, 0});
}

StateKey token_key(std::uint64_t seed, std::uint64_t number) noexcept {
    return random_key(seed, Domain::mint_key, {number, kTokenKeys, 0, 0});
}

MintWorkload::MintWorkload(const Settings& settings)
    : settings_(settings),
      minters_(settings.minters, settings.keys, settings.seed),
      fee_(settings.fee, settings.seed) {}

MintWorkload::Draft MintWorkload::draft(std::uint64_t block, std::uint64_t index) const noexcept {
    RandomStream random(settings_.seed, Domain::mint, block, index);
    const bool underpaid = random.unit() < settings_.underpaid_share;
    return {.minter = minters_.draw(random), .underpaid = underpaid};
}

StateKey MintWorkload::minter_key(std::uint64_t minter) const noexcept {
    return random_key(settings_.seed, Domain::mint_key, {minter, kMinterKeys, 0, 0});
}

// The first state: the minters, then the counter.

StateKey MintWorkload::key(std::uint64_t index) const {
    return index == settings_.minters ? counter_key(settings_.seed) : minter_key(index);
}

void MintWorkload::value(std::uint64_t index, Bytes& value) const {
    if (index == settings_.minters) {
        const CounterValue zero = counter_value(0);
        value.assign(zero.begin(), zero.end());
    } else {
        put_words(value, first_slot(settings_.seed, Domain::mint_value, index, 0));
    }
}

std::uint64_t MintWorkload::block_limit() const {
    // delta_number() holds block and index in one word.
    return (std::uint64_t{1} << 44) - 1;
}

Result<std::unique_ptr<Block>> MintWorkload::block(std::uint64_t number) const {
    if (number == 0 || number > block_limit()) {
        return bad_input(fmt::format("mint has blocks 1..{}, and not {}", block_limit(), number));
    }
    std::vector<Mint> mints(settings_.block_size);
    for (std::uint32_t i = 0; i < settings_.block_size; ++i) {
        const Draft made = draft(number, i);
        mints[i] = {minter_key(made.minter), made.minter, made.underpaid};
    }
    return fee_.charged(std::make_unique<MintBlock>(number, std::move(mints), settings_));
}

void MintWorkload::facts(FactVisitor& visitor) const {
    const std::uint64_t blocks = (kSkewSample + settings_.block_size - 1) / settings_.block_size;
    KeyTally tally;
    std::uint64_t underpaid = 0;
    for (std::uint64_t block = 1; block <= blocks; ++block) {
        for (std::uint64_t i = 0; i < settings_.block_size; ++i) {
            const Draft made = draft(block, i);
            tally.hit(made.minter);
            underpaid += made.underpaid ? 1 : 0;
        }
    }
    tally.facts(visitor, minters_, settings_.minters, blocks, "minters", "who mints");
    visitor.fact("underpaid_share_realised",
                 fmt::format("{:.4f}", static_cast<double>(underpaid) /
                                           static_cast<double>(blocks * settings_.block_size)),
                 fmt::format("of the mints of blocks 1..{}; others fail too, where the minter has "
                             "had its share or the supply is used up",
                             blocks));
    if (settings_.counter == CounterRule::read) {
        visitor.fact("counter", "read and written by every mint",
                     fmt::format("a token's number is the counter's: one chain, to its cap of {}",
                                 settings_.cap));
    } else {
        visitor.fact("counter", "added to by every mint",
                     "a token's number is its transaction's: only mints of one minter depend on "
                     "each other, where the executor lets additions commute");
    }
    fee_.facts(visitor);
    work_facts(visitor, settings_.work);
}

}  // namespace commitbench::mint
