// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/state_reader.hpp"

#include "backends/mpt/node_loader.hpp"
#include "backends/mpt/path_walk.hpp"
#include "backends/mpt/trie_hasher.hpp"

namespace commitbench::mpt {
namespace {

class FlatReader final : public StateReader {
  public:
    FlatReader(std::unique_ptr<StoreReader> reader, const StateTables& tables, KeyRule rule)
        : reader_(std::move(reader)), state_(tables.state), rule_(rule) {}

    Result<std::optional<ByteView>> get(const StateKey& key) override {
        return reader_->get(state_, rule_.path_of(key).view());
    }

  private:
    std::unique_ptr<StoreReader> reader_;
    Table state_;
    KeyRule rule_;
};

class TrieReader final : public StateReader {
  public:
    TrieReader(std::unique_ptr<StoreReader> reader,
               const StateTables& tables,
               KeyRule rule,
               const Position& position)
        : reader_(std::move(reader)), nodes_(tables.nodes), rule_(rule), position_(position) {}

    Result<std::optional<ByteView>> get(const StateKey& key) override {
        if (position_.root.bytes == empty_root_) {
            return std::optional<ByteView>{};
        }
        arena_.reset();
        NodeLoader loader(arena_, *reader_, nodes_);
        const StateKey path = rule_.path_of(key);
        NibblePath rest(path.view());
        std::array<std::uint8_t, kHashItemSize> root_item{kHashItem};
        std::ranges::copy(position_.root.bytes, root_item.begin() + 1);
        const std::uint8_t* item = root_item.data();
        while (true) {
            const Node* node = loader.load(item);
            if (node == nullptr) {
                return loader.error();
            }
            const Step step = step_from(node, rest);
            if (step.ends) {
                return step.value.empty() ? std::optional<ByteView>{} : std::optional(step.value);
            }
            rest = rest.from(step.used);
            item = step.next.item();
        }
    }

  private:
    std::unique_ptr<StoreReader> reader_;
    Table nodes_;
    KeyRule rule_;
    const Position& position_;
    Arena arena_{std::size_t{1}
                 << 14};  // one walk's nodes; the value's view lives here until the next get()
    const Hash256 empty_root_ = empty_trie_root(rule_.hash);
};

}  // namespace

std::unique_ptr<StateReader> make_flat_reader(std::unique_ptr<StoreReader> reader,
                                              const StateTables& tables,
                                              KeyRule rule) {
    return std::make_unique<FlatReader>(std::move(reader), tables, rule);
}

std::unique_ptr<StateReader> make_trie_reader(std::unique_ptr<StoreReader> reader,
                                              const StateTables& tables,
                                              KeyRule rule,
                                              const Position& position) {
    return std::make_unique<TrieReader>(std::move(reader), tables, rule, position);
}

}  // namespace commitbench::mpt
