// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/page_codec.hpp"

#include "backends/paged/bucket.hpp"

namespace commitbench::paged {
namespace {

constexpr std::size_t kMasks = 32;

/// An internal slot has a child; what has a parent has an internal one.
bool hangs_together(const SlotMask& live, const SlotMask& terminal) {
    if ((live.word(1) >> (kPageSlots - 64)) != 0 || !((live & terminal) == terminal)) {
        return false;
    }
    bool good = true;
    live.for_each([&](std::uint32_t slot) {
        if (slot >= 2) {
            const std::uint32_t above = parent_slot(slot);
            good = good && live.has(above) && !terminal.has(above);
        }
        if (slot < kBottomSlot && !terminal.has(slot)) {
            const std::uint32_t child = left_slot(slot);
            good = good && (live.has(child) || live.has(child + 1));
        }
    });
    return good;
}

}  // namespace

std::size_t PageCodec::image_size(const Page& page) {
    return kMasks + page.live_.size() * sizeof(Node) + page.refs_mask().size() * 8;
}

void PageCodec::encode(const Page& page, std::uint8_t* out) {
    const std::array<std::uint64_t, 4> masks{page.live_.word(0), page.live_.word(1),
                                             page.terminal_.word(0), page.terminal_.word(1)};
    std::memcpy(out, masks.data(), kMasks);
    out += kMasks;
    const std::size_t node_bytes = page.live_.size() * sizeof(Node);
    std::memcpy(out, page.nodes_, node_bytes);
    out += node_bytes;
    page.refs_mask().for_each([&](std::uint32_t slot) {
        const Ref ref = page.ref(slot);
        std::uint64_t stored_at = ref.is_resident() ? 0 : ref.place();
        if (ref.is_resident()) {
            stored_at = page.is_terminal(slot) ? ref.bucket()->stored_at : ref.page()->stored_at;
        }
        const std::uint64_t word = Ref::stored(stored_at, ref.count()).word();
        std::memcpy(out, &word, sizeof word);
        out += sizeof word;
    });
}

Page* PageCodec::decode(TreeMemory& memory, ByteView image, std::uint32_t depth) {
    if (image.size() < kMasks || image.size() > kLargest) {
        return nullptr;
    }
    std::array<std::uint64_t, 4> masks{};
    std::memcpy(masks.data(), image.data(), kMasks);
    const SlotMask live(masks[0], masks[1]);
    const SlotMask terminal(masks[2], masks[3]);
    const SlotMask refs = terminal | (live & Page::kBottom);
    const std::size_t node_bytes = live.size() * sizeof(Node);
    if (live.none() || !hangs_together(live, terminal) ||
        image.size() != kMasks + node_bytes + refs.size() * std::size_t{8}) {
        return nullptr;
    }
    auto* const page = new (memory.allocate(sizeof(Page))) Page(depth);
    page->live_ = live;
    page->terminal_ = terminal;
    page->make_room(memory, live.size(), refs.size());
    std::memcpy(page->nodes_, image.data() + kMasks, node_bytes);
    const std::uint8_t* at = image.data() + kMasks + node_bytes;
    for (std::uint32_t i = 0; i < refs.size(); ++i, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        new (page->refs() + i) std::atomic<std::uint64_t>(word & ~(std::uint64_t{1} << 63));
    }
    page->dirty = false;
    return page;
}

}  // namespace commitbench::paged
