// SPDX-License-Identifier: Apache-2.0
#include "workloads/kv/kv.hpp"

#include "harness/core/work_limit.hpp"
#include "workloads/work_units.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench::kv {

KvWorkload::KvWorkload(const Settings& settings)
    : settings_(settings),
      mix_(settings.mix, settings.block_size),
      fee_(settings.fee, settings.seed) {}

StateKey KvWorkload::key(std::uint64_t item) const {
    return random_key(settings_.seed, Domain::kv_key, {item, 0, 0, 0});
}

std::uint32_t KvWorkload::draw_size(std::uint64_t word) const noexcept {
    return static_cast<std::uint32_t>(settings_.value_min +
                                      scaled(word, settings_.value_max - settings_.value_min + 1));
}

void KvWorkload::value(std::uint64_t index, Bytes& value) const {
    const RandomWords words = random_words(settings_.seed, Domain::kv_value, {index, 0, 0, 0});
    value.resize(draw_size(words[0]));
    fill(value, words[1]);
}

template<class Visit>
void KvWorkload::draft(std::uint64_t number, Visit visit) const {
    // Items there are before the transaction at hand.
    std::uint64_t items = settings_.items + (number - 1) * mix_.inserts();
    const bool latest = settings_.keys.law == KeyLaw::latest;
    const KeyDistribution keys(latest ? items : settings_.items, settings_.keys, settings_.seed);
    const Mix::Dealt dealt =
        mix_.deal(random_words(settings_.seed, Domain::kv_mix, {number, 0, 0, 0})[0]);
    for (std::uint32_t t = 0; t < settings_.block_size; ++t) {
        RandomStream random(settings_.seed, Domain::kv, number, t);
        const std::uint64_t newest = items;
        for (std::uint32_t i = 0; i < mix_.operations(); ++i) {
            const Kind kind = dealt.kind(t, i);
            const std::uint32_t size = draw_size(random.next());
            if (kind == Kind::insert) {
                visit(t, kind, items++, size);
                continue;
            }
            const std::uint64_t item = keys.draw(random, newest);
            if (kind == Kind::scan) {
                const std::uint64_t length = 1 + random.below(settings_.scan_length);
                for (std::uint64_t step = 0; step < length; ++step) {
                    visit(t, Kind::read, (item + step) % newest, 0);
                }
            } else {
                const bool sized = kind == Kind::rmw || kind == Kind::write;
                visit(t, kind, item, sized ? size : 0);
            }
        }
    }
}

Result<std::unique_ptr<Block>> KvWorkload::block(std::uint64_t number) const {
    if (number == 0) {
        return bad_input("kv has no block 0: its blocks begin with 1");
    }
    std::vector<Operation> operations;
    std::vector<std::uint32_t> begins(std::size_t{settings_.block_size} + 1);
    operations.reserve(std::size_t{mix_.operations()} * settings_.block_size);
    draft(number,
          [&](std::uint32_t transaction, Kind kind, std::uint64_t item, std::uint32_t size) {
              operations.push_back({key(item), kind, size});
              ++begins[transaction + 1];
          });
    for (std::size_t t = 1; t < begins.size(); ++t) {
        begins[t] += begins[t - 1];
    }
    std::unique_ptr<Block> block =
        std::make_unique<KvBlock>(number, std::move(operations), std::move(begins), settings_.work,
                                  settings_.fail_share, settings_.endless_share);
    if (settings_.work_limit != 0) {
        block = std::make_unique<LimitedBlock>(std::move(block), settings_.work_limit);
    }
    return fee_.charged(std::move(block));  // outside: who runs out pays all the same
}

void KvWorkload::facts(FactVisitor& visitor) const {
    KeyTally tally;
    std::array<std::uint64_t, 6> counts{};  // by kind
    std::uint64_t drawn = 0;
    std::uint64_t blocks = 0;
    do {
        ++blocks;
        draft(blocks, [&](std::uint32_t, Kind kind, std::uint64_t item, std::uint32_t) {
            ++counts[static_cast<std::size_t>(kind)];
            if (kind != Kind::insert) {
                tally.hit(item);
            }
            ++drawn;
        });
    } while (drawn < kSkewSample && blocks * settings_.block_size < kSkewSample);
    const bool latest = settings_.keys.law == KeyLaw::latest;
    const std::uint64_t items = settings_.items + (latest ? blocks * mix_.inserts() : 0);
    tally.facts(visitor, KeyDistribution(settings_.items, settings_.keys, settings_.seed), items,
                blocks, "items", "all operations but inserts alike");
    const auto each = [&](Kind kind) {
        return static_cast<double>(counts[static_cast<std::size_t>(kind)]) /
               static_cast<double>(blocks * settings_.block_size);
    };
    visitor.fact(
        "operations_realised",
        fmt::format("{:.4f} reads, {:.4f} read-modify-writes, {:.4f} writes, {:.4f} inserts, "
                    "{:.4f} erasures a transaction",
                    each(Kind::read), each(Kind::rmw), each(Kind::write), each(Kind::insert),
                    each(Kind::erase)),
        fmt::format("over blocks 1..{}; the items of a scan count one by one", blocks));
    visitor.fact("inserts", fmt::format("{} a block", mix_.inserts()),
                 "shares are rounded to whole operations a block");
    visitor.fact("fail_share_of_law", fmt::format("{}", settings_.fail_share),
                 "the digest of what was read decides, so that it takes an execution to know");
    if (settings_.work_limit != 0) {
        visitor.fact("work_limit", fmt::format("{} units a transaction", settings_.work_limit),
                     "of work, one more each access; who asks for more fails and writes nothing");
        visitor.fact("endless_share_of_law", fmt::format("{}", settings_.endless_share),
                     "of the transactions that do not fail, by the digest of what was read");
    }
    visitor.fact(
        "values",
        fmt::format("{}..{} bytes, sizes uniform", settings_.value_min, settings_.value_max),
        "every byte is made of the digest of what the transaction read");
    fee_.facts(visitor);
    work_facts(visitor, settings_.work);
}

}  // namespace commitbench::kv
