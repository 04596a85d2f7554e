// SPDX-License-Identifier: Apache-2.0
// A page as stores keep it (little-endian machines):
//
//   offset
//        0  live       2 x u64, a bit a slot
//       16  terminal   2 x u64
//       32  nodes      32 bytes each, of the live slots in slot order
//           refs       u64 each, of the slots that are terminal or live at the bottom, in slot
//           order:
//                      bits 0..54 where the record lies (RecordId::stored_at), 55..62 its leaves
#pragma once

#include "backends/paged/page.hpp"

namespace commitbench::paged {

class PageCodec {
  public:
    /// Largest image: a full page.
    static constexpr std::size_t kLargest = 32 + kPageSlots * 32 + 64 * 8;

    [[nodiscard]] static std::size_t image_size(const Page& page);
    /// Writes image_size() bytes. INVARIANT: whatever the page refers to is stored.
    static void encode(const Page& page, std::uint8_t* out);
    /// A new page at `depth` in `memory`, or null where the image is no page.
    [[nodiscard]] static Page* decode(TreeMemory& memory, ByteView image, std::uint32_t depth);
};

}  // namespace commitbench::paged
