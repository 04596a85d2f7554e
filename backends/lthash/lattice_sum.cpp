// SPDX-License-Identifier: Apache-2.0
#include "backends/lthash/lattice_sum.hpp"

#include <bit>
#include <chrono>

namespace commitbench::lthash {
namespace {

/// Elements that are hashed together: many times the lanes, so that lengths of all kinds fill
/// batches of their own, and little enough (about 30 KiB) to stay in the nearest cache.
constexpr std::size_t kMostWaiting = 256;

constexpr std::size_t kBlock = 64;

/// Component n of the sum, where the kernels keep it.
template<class Sums>
auto& component(Sums& sums, std::size_t n) {
    return sums.words[n % 32 / 2][n / 32 * 2 + n % 2];
}

Blake3RootBlock last_block(ByteView element, const Hash256& chained) {
    const std::size_t blocks = blake3_compressions(element.size());
    const ByteView last = element.subspan((blocks - 1) * kBlock);
    Blake3RootBlock root{.length = static_cast<std::uint32_t>(last.size()),
                         .flags = (blocks == 1 ? kChunkStart : 0) | kChunkEnd};
    // The compression takes both as little-endian words, and so does the processor.
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(root.chaining.data(), chained.data(), chained.size());
    std::memcpy(root.block.data(), last.data(), last.size());
    return root;
}

void append(Bytes& bytes, ByteView part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    const std::size_t at = bytes.size();
    bytes.resize(at + sizeof size + part.size());
    std::memcpy(bytes.data() + at, &size, sizeof size);
    if (!part.empty()) {
        std::memcpy(bytes.data() + at + sizeof size, part.data(), part.size());
    }
}

}  // namespace

LatticeSum::LatticeSum() : kernel_(blake3_kernels().front()), chains_(kernel_) {
    chains_.messages = kernel_.chains;
    chains_.least = 1;  // kBlake3Lanes' function for single messages gives digests, not chains
}

void LatticeSum::reset(const SumBytes& bytes) {
    waiting_.clear();
    elements_.clear();
    for (std::size_t n = 0; n < kSumBytes / 2; ++n) {
        component(sums_, n) = static_cast<std::uint16_t>(bytes[2 * n] | bytes[2 * n + 1] << 8);
    }
}

void LatticeSum::change(OutputSign sign, ByteView key, ByteView value) {
    const std::size_t from = elements_.size();
    append(elements_, key);
    append(elements_, value);
    const std::size_t size = elements_.size() - from;
    compressions_ += blake3_compressions(size) - 1 + kOutputCompressions;
    if (size > kBlake3Chunk) {
        add_long(ByteView(elements_).subspan(from), sign);
        elements_.resize(from);
        return;
    }
    waiting_.push_back({from, size, sign});
    if (waiting_.size() == kMostWaiting) {
        finish();
    }
}

void LatticeSum::add_long(ByteView element, OutputSign sign) {
    SumBytes output{};
    blake3_xof(element, output);
    for (std::size_t n = 0; n < kSumBytes / 2; ++n) {
        const auto number = static_cast<std::uint16_t>(output[2 * n] | output[2 * n + 1] << 8);
        std::uint16_t& sum = component(sums_, n);
        sum = static_cast<std::uint16_t>(sign == OutputSign::plus ? sum + number : sum - number);
    }
}

void LatticeSum::finish() {
    chained_.resize(waiting_.size());
    const auto element = [&](std::size_t i) {
        return ByteView(elements_).subspan(waiting_[i].from, waiting_[i].size);
    };
    const auto chain = [&](std::size_t i) { return chained_[i].data(); };
    LaneBatches(chains_, kBlake3Lanes, element, chain).hash_all(waiting_.size());
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        kernel_.add_output(last_block(element(i), chained_[i]), waiting_[i].sign, sums_);
    }
    waiting_.clear();
    elements_.clear();
}

SumBytes LatticeSum::bytes() const {
    SumBytes bytes{};
    for (std::size_t n = 0; n < kSumBytes / 2; ++n) {
        const std::uint16_t number = component(sums_, n);
        bytes[2 * n] = static_cast<std::uint8_t>(number);
        bytes[2 * n + 1] = static_cast<std::uint8_t>(number >> 8);
    }
    return bytes;
}

Hash256 LatticeSum::checksum() const {
    return blake3(bytes());
}

double measure_output_compression_ns() {
    constexpr std::size_t kBatches = 9;
    constexpr std::size_t kElements = 400;
    const Blake3Kernel& kernel = blake3_kernels().front();
    Blake3RootBlock root{.length = kBlock, .flags = kChunkEnd};
    LaneSums sums;
    std::array<double, kBatches> batches{};
    for (double& ns : batches) {
        const auto start = std::chrono::steady_clock::now();
        for (std::uint32_t i = 0; i < kElements; ++i) {
            root.block[0] = i;
            kernel.add_output(root, OutputSign::plus, sums);
        }
        const std::chrono::duration<double, std::nano> spent =
            std::chrono::steady_clock::now() - start;
        ns = spent.count() / static_cast<double>(kElements * kOutputCompressions);
    }
    std::ranges::nth_element(batches, batches.begin() + kBatches / 2);
    return batches[kBatches / 2];
}

}  // namespace commitbench::lthash
