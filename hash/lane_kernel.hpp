// SPDX-License-Identifier: Apache-2.0
// Kernels that hash several messages side by side, one in each lane of the processor's vectors, and
// how batches of any size are laid into them.
#pragma once

#include "hash/keccak.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace commitbench {

/// Most lanes that any kernel has.
inline constexpr std::size_t kMostLanes = 16;

/// What happens to a digest's first four bytes, as a little-endian number: (x & keep) | set.
struct DigestLabel {
    std::uint32_t keep = ~0U;
    std::uint32_t set = 0;
};

/// Functions that hash `lanes` messages side by side, never fewer: who has fewer repeats one of
/// them and gives it an output that nobody reads. Pure. No output may overlap another lane's input.
struct LaneKernel {
    std::string_view name;
    std::size_t lanes = 0;
    /// Fewer messages than this are faster one at a time; more than `lanes` where all are.
    std::size_t least = 2;
    /// out[i] = label(H(left[i] || right[i])), 32 bytes each.
    void (*pairs)(const std::uint8_t* const* left,
                  const std::uint8_t* const* right,
                  std::uint8_t* const* out,
                  DigestLabel label) noexcept = nullptr;
    /// out[i] = H(messages[i]). As slow as the longest of them.
    void (*messages)(const ByteView* messages, std::uint8_t* const* out) noexcept = nullptr;
};

/// What a hash function is beside its kernels.
struct LaneFunction {
    /// Runs of the compression function.
    std::uint64_t (*blocks)(std::size_t length) noexcept = nullptr;
    /// Messages longer than this do not go into lanes.
    std::size_t longest = ~std::size_t{0};
    Hash256 (*one)(ByteView message) noexcept = nullptr;
};

/// Pairs 0 .. count - 1 through a kernel. left(i), right(i) and out(i) are pointers to 32 bytes.
template<class Left, class Right, class Out>
void hash_pairs(const LaneKernel& kernel,
                const LaneFunction& function,
                std::size_t count,
                const Left& left,
                const Right& right,
                const Out& out,
                DigestLabel label) noexcept {
    std::array<const std::uint8_t*, kMostLanes> lefts{};
    std::array<const std::uint8_t*, kMostLanes> rights{};
    std::array<std::uint8_t*, kMostLanes> outs{};
    Hash256 nobody_reads;
    std::size_t from = 0;
    for (; count - from >= kernel.least; from += std::min(count - from, kernel.lanes)) {
        const std::size_t used = std::min(count - from, kernel.lanes);
        for (std::size_t lane = 0; lane < kernel.lanes; ++lane) {
            const std::size_t i = from + (lane < used ? lane : 0);
            lefts[lane] = left(i);
            rights[lane] = right(i);
            outs[lane] = lane < used ? out(i) : nobody_reads.data();
        }
        kernel.pairs(lefts.data(), rights.data(), outs.data(), label);
    }
    for (; from < count; ++from) {
        std::array<std::uint8_t, 64> pair;
        std::memcpy(pair.data(), left(from), 32);
        std::memcpy(pair.data() + 32, right(from), 32);
        const Hash256 digest = function.one(pair);
        std::uint32_t head = 0;
        std::memcpy(&head, digest.data(), sizeof head);
        head = (head & label.keep) | label.set;
        std::memcpy(out(from), digest.data(), digest.size());
        std::memcpy(out(from), &head, sizeof head);
    }
}

/// Messages 0 .. count - 1 in lanes: full batches of equal block count as they come, what is left
/// over at the end mixed, the longest first. So no lane waits for a longer neighbour but in the
/// last few batches. message(i) is a ByteView, out(i) a pointer to 32 bytes.
template<class Message, class Out>
class LaneBatches {
  public:
    LaneBatches(const LaneKernel& kernel,
                const LaneFunction& function,
                const Message& message,
                const Out& out) noexcept
        : kernel_(kernel), function_(function), message_(message), out_(out) {}

    void hash_all(std::size_t count) noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t size = message_(i).size();
            if (size > function_.longest) {
                alone(i);
                continue;
            }
            const std::uint64_t blocks = function_.blocks(size);
            add(waiting_[std::min<std::uint64_t>(blocks, waiting_.size()) - 1], i);
        }
        Waiting mixed;
        for (std::size_t blocks = waiting_.size(); blocks-- > 0;) {
            for (std::size_t i = 0; i < waiting_[blocks].count; ++i) {
                add(mixed, waiting_[blocks].indices[i]);
            }
        }
        hash(mixed);
    }

  private:
    struct Waiting {
        std::array<std::size_t, kMostLanes> indices{};
        std::size_t count = 0;
    };

    void add(Waiting& waiting, std::size_t index) noexcept {
        waiting.indices[waiting.count++] = index;
        if (waiting.count == kernel_.lanes) {
            hash(waiting);
            waiting.count = 0;
        }
    }

    void alone(std::size_t index) noexcept {
        const Hash256 digest = function_.one(message_(index));
        std::ranges::copy(digest, out_(index));
    }

    void hash(const Waiting& batch) noexcept {
        if (batch.count < kernel_.least) {
            for (std::size_t i = 0; i < batch.count; ++i) {
                alone(batch.indices[i]);
            }
            return;
        }
        std::array<ByteView, kMostLanes> messages;
        std::array<std::uint8_t*, kMostLanes> outs{};
        Hash256 nobody_reads;
        for (std::size_t lane = 0; lane < kernel_.lanes; ++lane) {
            const bool used = lane < batch.count;
            // Of what is left over the last is the shortest.
            const std::size_t i = batch.indices[used ? lane : batch.count - 1];
            messages[lane] = message_(i);
            outs[lane] = used ? out_(i) : nobody_reads.data();
        }
        kernel_.messages(messages.data(), outs.data());
    }

    const LaneKernel& kernel_;
    const LaneFunction& function_;
    const Message& message_;
    const Out& out_;
    std::array<Waiting, 16> waiting_;
};

/// As blake3_many and its kin.
inline void hash_many(const LaneKernel& kernel,
                      const LaneFunction& function,
                      std::span<const ByteView> messages,
                      Hash256* out) noexcept {
    const auto message = [&](std::size_t i) { return messages[i]; };
    const auto digest = [&](std::size_t i) { return out[i].data(); };
    LaneBatches(kernel, function, message, digest).hash_all(messages.size());
}

inline void hash_many_64(const LaneKernel& kernel,
                         const LaneFunction& function,
                         std::span<const std::uint8_t* const> messages,
                         Hash256* out) noexcept {
    hash_pairs(
        kernel, function, messages.size(), [&](std::size_t i) { return messages[i]; },
        [&](std::size_t i) { return messages[i] + 32; },
        [&](std::size_t i) { return out[i].data(); }, {});
}

/// What stands in for a kernel on a processor without a wider one.
[[nodiscard]] inline LaneKernel one_at_a_time(std::string_view name) noexcept {
    return {.name = name, .lanes = 1, .least = ~std::size_t{0}};
}

}  // namespace commitbench
