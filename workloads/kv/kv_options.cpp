// SPDX-License-Identifier: Apache-2.0
#include "workloads/kv/kv.hpp"
#include "workloads/option_rows.hpp"

#include <array>

namespace commitbench::kv {
namespace {

/// Operations of one block, scans counted by their longest: a block must fit into memory.
constexpr std::uint64_t kMostOperations = 100'000'000;

constexpr OptionSpec count_of(std::string_view key,
                              std::string_view default_value,
                              std::string_view help) {
    return {.key = key,
            .type = OptionType::integer,
            .unit = "operations",
            .default_value = default_value,
            .range = "0..1000",
            .help = help};
}

constexpr OptionSpec share_of(std::string_view key, std::string_view help) {
    return {.key = key,
            .type = OptionType::real,
            .unit = "",
            .default_value = "0",
            .range = "0..1",
            .help = help};
}

constexpr std::array kOptions{
    OptionSpec{.key = "items",
               .type = OptionType::integer,
               .unit = "items",
               .default_value = "100k",
               .range = "1..10G",
               .help = "Items in the first state."},
    kBlockSizeOption,
    OptionSpec{.key = "mix",
               .type = OptionType::choice,
               .unit = "",
               .default_value = "custom",
               .range = "custom|a|b|c|d|e|f",
               .help = "What a transaction does: as reads, rmw and writes say, or YCSB's core "
                       "workload of that letter."},
    count_of("reads", "2", "Reads of a transaction; used by mix=custom."),
    count_of("rmw", "2", "Read-modify-writes of a transaction; used by mix=custom."),
    count_of("writes", "0", "Writes without a read of a transaction; used by mix=custom."),
    share_of("fresh-share",
             "Share of rmw and writes that insert an item that was never there; used by "
             "mix=custom."),
    share_of("delete-share", "Share of rmw and writes that erase their item; used by mix=custom."),
    count_of("operations", "4", "Operations of a transaction; used by the letters of mix."),
    OptionSpec{.key = "scan-length",
               .type = OptionType::integer,
               .unit = "items",
               .default_value = "100",
               .range = "1..10k",
               .help = "Most items of a scan, which reads items that follow one another by number, "
                       "one by one; lengths are uniform from 1; used by mix=e."},
    OptionSpec{.key = "keys",
               .type = OptionType::choice,
               .unit = "",
               .default_value = "auto",
               .range = "auto|uniform|zipf|hotspot|latest",
               .help = "How items are drawn: all alike, by Zipf's law (theta), a hot set (hot-set) "
                       "that gets a share (hot-share), or by Zipf's law from the newest on; auto "
                       "is uniform for custom, latest for d, zipf for the other letters."},
    kThetaOption,
    kHotShareOption,
    kHotSetOption,
    OptionSpec{.key = "value-size",
               .type = OptionType::size,
               .unit = "bytes",
               .default_value = "100",
               .range = "8..65536",
               .help = "Smallest value."},
    OptionSpec{.key = "value-size-max",
               .type = OptionType::size,
               .unit = "bytes",
               .default_value = "0",
               .range = "0..65536",
               .help = "Largest value, sizes being uniform; 0 is value-size."},
    share_of("fail-share",
             "Chance of a transaction to fail, decided by what it read; it then writes nothing."),
    share_of("endless-share",
             "Chance of a transaction never to end by itself, decided by what it read; needs a "
             "work-limit."),
    kWorkOption,
    kWorkLimitOption,
    kFeeOption,
};

KeyLaw law_of(const Options& options, const KeyChoice& choice) {
    if (options.text("keys") != "auto") {
        return choice.law;
    }
    const std::string& mix = options.text("mix");
    return mix == "custom" ? KeyLaw::uniform : mix == "d" ? KeyLaw::latest : KeyLaw::zipf;
}

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    const auto count = [&options](std::string_view key) {
        return static_cast<std::uint32_t>(options.integer(key));
    };
    const std::string& mix = options.text("mix");
    Settings settings{
        .seed = seed,
        .items = options.integer("items"),
        .block_size = count("block-size"),
        .mix = {.preset = mix == "custom" ? char{} : mix[0],
                .operations = count("operations"),
                .reads = count("reads"),
                .rmw = count("rmw"),
                .writes = count("writes"),
                .fresh_share = options.real("fresh-share"),
                .delete_share = options.real("delete-share")},
        .scan_length = count("scan-length"),
        .keys = KeyChoice::from(options),
        .value_min = options.size("value-size"),
        .value_max = options.size("value-size-max"),
        .fail_share = options.real("fail-share"),
        .endless_share = options.real("endless-share"),
        .work = options.integer("work"),
        .work_limit = options.integer("work-limit"),
        .fee = fee_rule(options),
    };
    settings.keys.law = law_of(options, settings.keys);
    if (settings.value_max == 0) {
        settings.value_max = settings.value_min;
    }
    if (settings.value_max < settings.value_min) {
        return bad_input(fmt::format(
            "workload 'kv': value-size-max={} is below value-size={}: raise the first, or leave it "
            "out for values of one size",
            settings.value_max, settings.value_min));
    }
    if (settings.mix.fresh_share + settings.mix.delete_share > 1) {
        return bad_input(fmt::format(
            "workload 'kv': fresh-share={} and delete-share={} are more than all writes "
            "together: lower one of them",
            settings.mix.fresh_share, settings.mix.delete_share));
    }
    if (settings.endless_share > 0 && settings.work_limit == 0) {
        return bad_input(fmt::format(
            "workload 'kv': endless-share={} makes transactions that never end: give them a "
            "work-limit, say work-limit=10k",
            settings.endless_share));
    }
    const std::uint64_t longest = mix == "e" ? settings.scan_length : 1;
    const std::uint64_t operations =
        longest * Mix(settings.mix, settings.block_size).operations() * settings.block_size;
    if (operations > kMostOperations) {
        return bad_input(fmt::format(
            "workload 'kv': a block of up to {} operations does not fit into memory: give fewer "
            "transactions or operations, {} in all",
            operations, kMostOperations));
    }
    return std::unique_ptr<Workload>(std::make_unique<KvWorkload>(settings));
}

}  // namespace

const WorkloadComponent& component() {
    static constexpr WorkloadComponent kComponent{
        "kv", "Items read and written by key: any numbers of each, or YCSB's mixes A to F.",
        kOptions, create};
    return kComponent;
}

}  // namespace commitbench::kv
