// SPDX-License-Identifier: Apache-2.0
// RLP: what is read is written back as the same bytes, and a read that fails does not move.
#include "tests/codec/rlp_tree.hpp"
#include "tests/fuzz/target.hpp"

namespace commitbench::fuzz {

bool check(ByteView input) {
    rlp::Reader reader(input);
    while (!reader.at_end()) {
        const std::size_t left = reader.rest().size();
        rlp::Item item;
        if (reader.next(item) != rlp::ReadError::none) {
            require(reader.rest().size() == left, "a failed read stays where it was", input);
            break;
        }
        require(item.raw.size() + reader.rest().size() == left,
                "an item is as long as what it took", input);
        require(item.raw.size() >= item.payload.size() && !item.raw.empty(),
                "a payload lies in its item", input);
    }
    const auto tree = testing::decode_tree(input);
    if (!tree) {
        return false;
    }
    Bytes again;
    testing::append_tree(again, *tree);
    require(equal(again, input), "decode then encode gives the same bytes", input);
    return true;
}

std::vector<Bytes> corpus() {
    using testing::Tree;
    const auto text = [](std::size_t size) {
        return Tree{.list = false, .bytes = Bytes(size, 0x61), .items = {}};
    };
    const auto list = [](std::vector<Tree> items) {
        return Tree{.list = true, .bytes = {}, .items = std::move(items)};
    };
    std::vector<Bytes> inputs;
    for (const Tree& tree : {text(0), text(1), text(2), text(55), text(56), text(300), list({}),
                             list({text(0), list({text(3)}), text(1)}), list({text(55)}),
                             list({text(60), text(60), list({list({list({})})})}),
                             Tree{.list = false, .bytes = {0x7f}, .items = {}},
                             Tree{.list = false, .bytes = {0x80}, .items = {}}}) {
        testing::append_tree(inputs.emplace_back(), tree);
    }
    return inputs;
}

}  // namespace commitbench::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    commitbench::fuzz::check({data, size});
    return 0;
}
