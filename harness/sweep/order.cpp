// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/order.hpp"

#include <numeric>
#include <random>

namespace commitbench::sweep {
namespace {

/// std::shuffle and the standard distributions may differ from library to library; the generator
/// may not.
std::vector<std::size_t> permutation(std::mt19937_64& random, std::size_t size) {
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = size; i > 1; --i) {
        // The remainder's bias is below 2^-40 for any number of cells that a plan may have.
        std::swap(order[i - 1], order[random() % i]);
    }
    return order;
}

}  // namespace

std::vector<std::size_t> order_of(std::uint64_t seed, std::size_t cells, std::uint64_t repetition) {
    if (cells == 0) {
        return {};
    }
    const std::uint64_t square = (repetition - 1) / cells;
    const auto row = static_cast<std::size_t>((repetition - 1) % cells);
    std::seed_seq words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U),
                        static_cast<std::uint32_t>(square),
                        static_cast<std::uint32_t>(square >> 32U)};
    std::mt19937_64 random(words);
    const std::vector<std::size_t> rows = permutation(random, cells);
    const std::vector<std::size_t> columns = permutation(random, cells);
    const std::vector<std::size_t> symbols = permutation(random, cells);
    std::vector<std::size_t> order(cells);
    for (std::size_t position = 0; position < cells; ++position) {
        order[position] = symbols[(rows[row] + columns[position]) % cells];
    }
    return order;
}

}  // namespace commitbench::sweep
