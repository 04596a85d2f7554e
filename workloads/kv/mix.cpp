// SPDX-License-Identifier: Apache-2.0
#include "workloads/kv/mix.hpp"

#include <algorithm>

namespace commitbench::kv {
namespace {

/// What a preset changes some of its reads (or scans) into.
struct Preset {
    Kind main;
    Kind other;
    double share;  // of the other
};

Preset preset_of(char name) noexcept {
    switch (name) {
        case 'a':
            return {Kind::read, Kind::write, 0.5};
        case 'b':
            return {Kind::read, Kind::write, 0.05};
        case 'd':
            return {Kind::read, Kind::insert, 0.05};
        case 'e':
            return {Kind::scan, Kind::insert, 0.05};
        case 'f':
            return {Kind::read, Kind::rmw, 0.5};
        default:
            return {Kind::read, Kind::read, 0};
    }
}

std::uint64_t rounded(double share, std::uint64_t whole) noexcept {
    return static_cast<std::uint64_t>(share * static_cast<double>(whole) + 0.5);
}

}  // namespace

Mix::Mix(const MixSettings& settings, std::uint32_t block_size) noexcept {
    if (settings.preset == 0) {
        operations_ = settings.reads + settings.rmw + settings.writes;
        dealt_from_ = settings.reads;
        main_kind_ = Kind::read;
        main_ = settings.reads;
        rmw_ = settings.rmw;
        const std::uint64_t writing = std::uint64_t{settings.rmw + settings.writes} * block_size;
        places_ = std::max<std::uint64_t>(writing, 1);
        inserts_ = rounded(settings.fresh_share, writing);
        // Shares of 1 together may round to one place too many.
        others_ = std::min(rounded(settings.delete_share, writing), writing - inserts_);
        return;
    }
    const Preset preset = preset_of(settings.preset);
    operations_ = settings.operations;
    dealt_from_ = 0;
    main_kind_ = preset.main;
    main_ = settings.operations;
    rmw_ = 0;
    const std::uint64_t all = std::uint64_t{settings.operations} * block_size;
    places_ = std::max<std::uint64_t>(all, 1);
    if (preset.other == Kind::insert) {
        inserts_ = rounded(preset.share, all);
    } else {
        others_ = rounded(preset.share, all);
        other_kind_ = preset.other;
    }
}

Kind Mix::Dealt::kind(std::uint64_t transaction, std::uint32_t operation) const noexcept {
    const std::uint32_t first = mix_.dealt_from_;
    if (operation >= first) {
        const std::uint64_t place =
            scatter_(transaction * (mix_.operations_ - first) + (operation - first));
        if (place < mix_.inserts_) {
            return Kind::insert;
        }
        if (place < mix_.inserts_ + mix_.others_) {
            return mix_.other_kind_;
        }
    }
    if (operation < mix_.main_) {
        return mix_.main_kind_;
    }
    return operation < mix_.main_ + mix_.rmw_ ? Kind::rmw : Kind::write;
}

}  // namespace commitbench::kv
