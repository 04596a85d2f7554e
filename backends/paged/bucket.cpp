// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/bucket.hpp"

namespace commitbench::paged {

bool Bucket::well_formed(ByteView image, const Place& place) {
    std::uint32_t size = 0;
    std::uint16_t count = 0;
    std::uint16_t depth = 0;
    if (image.size() < kKeysAt) {
        return false;
    }
    std::memcpy(&size, image.data(), sizeof size);
    std::memcpy(&count, image.data() + 4, sizeof count);
    std::memcpy(&depth, image.data() + 6, sizeof depth);
    if (size != image.size() || count == 0 || depth != place.depth ||
        image.size() < image_size(count, 0)) {
        return false;
    }
    const std::uint8_t* keys = image.data() + kKeysAt;
    const std::uint8_t* ends = keys + std::size_t{64} * count;
    const std::uint8_t* parted = ends + std::size_t{4} * count;
    std::uint32_t last_end = 0;
    StateKey before;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t end = 0;
        std::uint16_t shared = 0;
        std::memcpy(&end, ends + 4 * i, sizeof end);
        std::memcpy(&shared, parted + 2 * i, sizeof shared);
        const StateKey key = StateKey::from({keys + 32 * i, 32});
        if (end < last_end || !is_below(key, place) ||
            (i == 0 ? shared != depth : !(before < key) || shared != shared_bits(before, key))) {
            return false;
        }
        last_end = end;
        before = key;
    }
    return image.size() == image_size(count, last_end);
}

}  // namespace commitbench::paged
