// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/trace.hpp"

#include "workloads/fold.hpp"
#include "workloads/option_rows.hpp"
#include "workloads/trace/bal_files.hpp"
#include "workloads/work_units.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench {
namespace {

/// See Block.
class TraceBlock final : public Block {
  public:
    TraceBlock(std::shared_ptr<const Chain> chain, std::uint64_t number, std::uint64_t work)
        : chain_(std::move(chain)),
          block_(chain_->blocks()[number - 1]),
          number_(number),
          work_(work) {}

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(block_.begins.size() - 1);
    }

    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        std::uint64_t digest = mixed(block_.number) + index;
        bool as_expected = true;
        for (std::uint32_t i = block_.begins[index]; i < block_.begins[index + 1]; ++i) {
            const TraceAccess& access = block_.accesses[i];
            const StateKey& key = chain_->keys()[access.location];
            const StateRead read = state.read(key);
            if (read.state == ReadState::stop) {
                return {TxStatus::stopped, 0};
            }
            digest = folded(digest, read);
            if (!access.writes) {
                continue;
            }
            const bool present = read.state == ReadState::present;
            if (present != access.before.present ||
                (present && !equal(read.value, access.before.bytes))) {
                as_expected = false;
                write_garbled(key, digest, state);
            } else if (access.after.present) {
                state.write(key, access.after.bytes);
            } else {
                state.erase(key);
            }
        }
        return {as_expected ? TxStatus::ok : TxStatus::failed, work(work_, digest)};
    }

  private:
    /// The RLP of a 256-bit integer that depends on everything this transaction read so far.
    static void write_garbled(const StateKey& key, std::uint64_t digest, StateAccess& state) {
        std::array<std::uint8_t, 33> value{0xa0};
        for (std::size_t at = 1; at < value.size(); ++at) {
            if (at % 8 == 1) {
                digest = mixed(digest + at);
            }
            value[at] = static_cast<std::uint8_t>(digest >> (8 * (at % 8)));
        }
        value[1] |= 0x80;
        state.write(key, value);
    }

    std::shared_ptr<const Chain> chain_;
    const ChainBlock& block_;
    std::uint64_t number_;
    std::uint64_t work_;
};

constexpr std::array kOptions{
    OptionSpec{
        .key = "path",
        .type = OptionType::path,
        .unit = "",
        .default_value = "",
        .range = "",
        .help =
            "A block access list in RLP (*.rlp), or a folder of them, named <block number>*.rlp.",
        .required = true},
    kWorkOption,
    OptionSpec{.key = "reads",
               .type = OptionType::boolean,
               .unit = "",
               .default_value = "on",
               .range = "",
               .help = "Whether slots that a block only read, and accounts that it only touched, "
                       "are dealt to its "
                       "transactions."},
    OptionSpec{.key = "fresh-slots",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.25",
               .range = "0..1",
               .help = "Share of the slots that are absent before their first write (the input "
                       "does not say; the "
                       "default is a guess)."},
    OptionSpec{.key = "fresh-balances",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.05",
               .range = "0..1",
               .help = "Share of the balances that are absent before their first write (the input "
                       "does not say; the "
                       "default is a guess)."},
};

/// What a digest of the input is made of. The number counts: it decides who does which pure read.
struct FileDigest {
    std::uint64_t number;
    std::uint64_t size;
    XXH128_hash_t hash;
};
static_assert(sizeof(FileDigest) == 32);

std::string digest_of(const std::vector<FileDigest>& files) {
    const XXH128_hash_t hash = XXH3_128bits(files.data(), files.size() * sizeof(FileDigest));
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    const auto files = bal::find_blocks(options.text("path"));
    if (!files) {
        return files.error();
    }
    std::vector<FileDigest> digests;
    std::vector<NumberedList> blocks;
    for (const bal::BlockFile& file : *files) {
        const auto bytes = bal::read_file(file.path);
        if (!bytes) {
            return bytes.error();
        }
        auto list = bal::decode(*bytes, file.path.string());
        if (!list) {
            return list.error();
        }
        digests.push_back({file.number, bytes->size(), XXH3_128bits(bytes->data(), bytes->size())});
        blocks.push_back({file.number, std::move(*list)});
    }
    auto made = TraceWorkload::make(
        blocks, {.rules = {.seed = seed,
                           .pure_reads = options.boolean("reads"),
                           .fresh_slots = options.real("fresh-slots"),
                           .fresh_balances = options.real("fresh-balances")},
                 .work = options.integer("work"),
                 .source = fmt::format("{} files, blocks {}..{}", blocks.size(),
                                       blocks.front().number, blocks.back().number),
                 .content_digest = digest_of(digests)});
    if (!made) {
        return made.error();
    }
    return std::unique_ptr<Workload>(std::move(*made));
}

}  // namespace

Result<std::unique_ptr<TraceWorkload>> TraceWorkload::make(std::span<const NumberedList> blocks,
                                                           Settings settings) {
    auto chain = Chain::link(blocks, settings.rules);
    if (!chain) {
        return chain.error();
    }
    return std::unique_ptr<TraceWorkload>(
        new TraceWorkload(std::make_shared<const Chain>(std::move(*chain)), std::move(settings)));
}

StateKey TraceWorkload::key(std::uint64_t index) const {
    return chain_->keys()[chain_->first_state()[index].location];
}

void TraceWorkload::value(std::uint64_t index, Bytes& value) const {
    const ByteView bytes = chain_->first_state()[index].value;
    value.assign(bytes.begin(), bytes.end());
}

Result<std::unique_ptr<Block>> TraceWorkload::block(std::uint64_t number) const {
    if (number == 0 || number > block_limit()) {
        return bad_input(fmt::format(
            "the trace has blocks 1..{}, and not {}: ask for fewer blocks or give it more files",
            block_limit(), number));
    }
    return std::unique_ptr<Block>(std::make_unique<TraceBlock>(chain_, number, settings_.work));
}

void TraceWorkload::facts(FactVisitor& visitor) const {
    visitor.fact("source", settings_.source,
                 "block access lists (EIP-7928), transactions counted from 0");
    describe_rules(visitor, settings_.rules, chain_->counts());
    work_facts(visitor, settings_.work);
}

const WorkloadComponent& trace_component() {
    static constexpr WorkloadComponent kComponent{
        "trace", "Real blocks, replayed from block access lists (EIP-7928) in RLP.", kOptions,
        create};
    return kComponent;
}

}  // namespace commitbench
