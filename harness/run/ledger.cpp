// SPDX-License-Identifier: Apache-2.0
#include "harness/run/ledger.hpp"

#include "codec/hex.hpp"
#include "harness/run/durable_file.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <xxhash.h>

namespace commitbench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kLedgerFormat = "commitbench ledger";
constexpr int kLedgerVersion = 1;

std::string digest_of(std::string_view text) {
    const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Error damaged(const std::filesystem::path& file, std::string_view why) {
    return {ErrorCode::corrupt,
            fmt::format("the ledger {} {}: delete it, and the next run makes it anew",
                        file.native(), why)};
}

Json to_json(const Ledger& ledger) {
    Json json;
    json["format"] = kLedgerFormat;
    json["version"] = kLedgerVersion;
    json["workload"] = ledger.identity.workload;
    json["seed"] = ledger.identity.seed;
    json["content_digest"] = ledger.identity.content_digest;
    json["reference"] = ledger.identity.reference;
    json["blocks"] = Json::array();
    for (const LedgerBlock& block : ledger.blocks) {
        json["blocks"].push_back({{"transactions", block.transactions},
                                  {"diff", block.diff},
                                  {"receipts", block.receipts}});
    }
    json["roots"] = Json::object();
    for (const auto& [scheme, roots] : ledger.roots) {
        Json& list = json["roots"][scheme] = Json::array();
        for (const Root& root : roots) {
            list.push_back(to_hex(root.view()));
        }
    }
    return json;
}

/// Throws what nlohmann::json throws, and std::invalid_argument on a root that is none.
Ledger from_json(const Json& json) {
    Ledger ledger;
    ledger.identity.workload = json.at("workload").get<std::string>();
    ledger.identity.seed = json.at("seed").get<std::uint64_t>();
    ledger.identity.content_digest = json.at("content_digest").get<std::string>();
    ledger.identity.reference = json.at("reference").get<std::string>();
    for (const Json& block : json.at("blocks")) {
        ledger.blocks.push_back({block.at("transactions").get<std::uint32_t>(),
                                 block.at("diff").get<std::string>(),
                                 block.at("receipts").get<std::string>()});
    }
    for (const auto& [scheme, list] : json.at("roots").items()) {
        std::vector<Root>& roots = ledger.roots[scheme];
        for (const Json& text : list) {
            const auto bytes = from_hex(text.get<std::string>());
            if (!bytes || bytes->size() != sizeof(Root)) {
                throw std::invalid_argument("a root is not 32 bytes of hex");
            }
            roots.push_back(Root::from(*bytes));
        }
    }
    return ledger;
}

}  // namespace

std::string LedgerIdentity::file_name() const {
    const std::string all =
        fmt::format("{}\n{}\n{}\n{}", workload, seed, content_digest, reference);
    return fmt::format("{}-{:016x}.json", workload.substr(0, workload.find(':')),
                       XXH3_64bits(all.data(), all.size()));
}

LedgerBlock make_ledger_block(const BlockResult& result) {
    return {static_cast<std::uint32_t>(result.receipts.size()), result.diff.digest(),
            result.receipts_digest()};
}

bool Ledger::covers(std::uint64_t count, std::string_view scheme) const {
    if (blocks.size() < count) {
        return false;
    }
    const auto found = roots.find(scheme);
    return scheme.empty() || (found != roots.end() && found->second.size() > count);
}

std::string ledger_text(const Ledger& ledger) {
    Json json = to_json(ledger);
    json["checksum"] = digest_of(to_json(ledger).dump());
    return json.dump(1) + "\n";
}

Result<Ledger> parse_ledger(std::string_view text, const std::filesystem::path& file) {
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded() || !json.is_object()) {
        return damaged(file, "is not whole JSON");
    }
    try {
        if (json.value("format", "") != kLedgerFormat) {
            return damaged(file, "is no ledger of commitbench");
        }
        if (json.value("version", 0) != kLedgerVersion) {
            return damaged(file, fmt::format("has version {}, this program reads {}",
                                             json.value("version", 0), kLedgerVersion));
        }
        const std::string checksum = json.value("checksum", "");
        json.erase("checksum");
        if (checksum != digest_of(json.dump())) {
            return damaged(file, "does not match its checksum (damaged, or edited by hand)");
        }
        return from_json(json);
    } catch (const std::exception& error) {
        return damaged(file, fmt::format("has a field of the wrong kind ({})", error.what()));
    }
}

Result<std::optional<Ledger>> read_ledger(const std::filesystem::path& file,
                                          const LedgerIdentity& identity) {
    std::error_code error;
    if (!std::filesystem::exists(file, error) && !error) {
        return std::optional<Ledger>();
    }
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream),
                           std::istreambuf_iterator<char>()};
    if (!stream || stream.bad()) {
        return bad_input(
            fmt::format("the ledger {} cannot be read: check its permissions", file.native()));
    }
    auto ledger = parse_ledger(text, file);
    if (!ledger) {
        return ledger.error();
    }
    if (ledger->identity != identity) {
        return damaged(file, fmt::format("is of {} with seed {}, not of {} with seed {}",
                                         ledger->identity.workload, ledger->identity.seed,
                                         identity.workload, identity.seed));
    }
    return std::optional<Ledger>(std::move(*ledger));
}

Status write_ledger(const std::filesystem::path& file, const Ledger& ledger) {
    return replace_file(file, ledger_text(ledger));
}

Result<Ledger> merge_ledgers(Ledger known, const Ledger& fresh, const std::filesystem::path& file) {
    const auto changed = [&](std::size_t block, std::string_view what) {
        return damaged(file,
                       fmt::format("says another {} for block {} than {} gets now: the workload "
                                   "or the reference was changed since it was made",
                                   what, block, fresh.identity.reference));
    };
    for (std::size_t i = 0; i < fresh.blocks.size(); ++i) {
        if (i == known.blocks.size()) {
            known.blocks.push_back(fresh.blocks[i]);
        } else if (known.blocks[i] != fresh.blocks[i]) {
            return changed(i + 1, "digest");
        }
    }
    for (const auto& [scheme, roots] : fresh.roots) {
        std::vector<Root>& mine = known.roots[scheme];
        for (std::size_t i = 0; i < roots.size(); ++i) {
            if (i == mine.size()) {
                mine.push_back(roots[i]);
            } else if (mine[i] != roots[i]) {
                return changed(i, scheme + " root");
            }
        }
    }
    return known;
}

}  // namespace commitbench
