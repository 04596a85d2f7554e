// A backend for commitbench, to be changed into yours: a map in memory, and a root that is a sum
// over all pairs.
#include <array>
#include <commitbench/backend.hpp>
#include <map>
#include <optional>

namespace {

using commitbench::api::Failure;
using Word = std::array<std::uint8_t, 32>;
using Value = std::vector<std::uint8_t>;

Word word_of(const cb_key& key) {
    Word word;
    std::memcpy(word.data(), key.bytes, word.size());
    return word;
}

/// What a pair adds to the root. Not cryptographic: put your tree here.
std::uint64_t mix(const Word& key, const Value& value, std::uint64_t lane) {
    std::uint64_t hash = 0xcbf29ce484222325u ^ lane;
    for (const auto* bytes : {key.data(), value.data()}) {
        const std::size_t size = bytes == key.data() ? key.size() : value.size();
        for (std::size_t i = 0; i < size; ++i) {
            hash = (hash ^ bytes[i]) * 0x100000001b3u;
        }
        hash ^= hash >> 29;
    }
    return hash * 0x9e3779b97f4a7c15u;
}

class MyBackend final : public commitbench::api::Backend {
  public:
    MyBackend(const commitbench::api::Settings& settings, const cb_resources& /*resources*/)
        : most_keys_(settings.integer("most-keys")) {}

    const char* scheme() override { return "my-sum"; }
    cb_position position() override { return position_; }

    void load(commitbench::api::SortedState& state) override {
        const cb_key* key = nullptr;
        cb_bytes value{};
        while (state.next(key, value)) {
            set(word_of(*key), Value(value.data, value.data + value.size));
        }
        finish(0);
    }

    void stage(const cb_change* changes, std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) {
            const cb_change& change = changes[i];
            set(word_of(change.key),
                change.deleted != 0
                    ? std::nullopt
                    : std::optional(Value(change.new_value.data,
                                          change.new_value.data + change.new_value.size)));
        }
    }
    void merkleize(std::uint8_t* root) override { std::memcpy(root, sum_.data(), sizeof sum_); }
    void persist(std::uint64_t block) override { finish(block); }
    void reopen() override {}

    std::unique_ptr<commitbench::api::Reader> open_reader() override {
        struct MyReader final : commitbench::api::Reader {
            explicit MyReader(const std::map<Word, Value>& map) : map_(map) {}
            bool get(const cb_key& key, cb_bytes& value) override {
                const auto found = map_.find(word_of(key));
                if (found == map_.end()) {
                    return false;
                }
                value = {found->second.data(), found->second.size()};
                return true;
            }
            const std::map<Word, Value>& map_;
        };
        return std::make_unique<MyReader>(map_);
    }

  private:
    void set(const Word& key, const std::optional<Value>& value) {
        if (const auto old = map_.find(key); old != map_.end()) {
            add(key, old->second, -1);
            map_.erase(old);
        }
        if (value) {
            if (map_.size() >= most_keys_) {
                throw Failure(CB_DOES_NOT_FIT,
                              "more than " + std::to_string(most_keys_) + " keys: raise most-keys");
            }
            add(key, *value, 1);
            map_.emplace(key, *value);
        }
    }
    void add(const Word& key, const Value& value, int sign) {
        for (std::uint64_t lane = 0; lane < sum_.size(); ++lane) {
            sum_[lane] += static_cast<std::uint64_t>(sign) * mix(key, value, lane);
        }
    }
    void finish(std::uint64_t block) {
        position_ = {block, {}, 0};
        merkleize(position_.root);
    }

    std::uint64_t most_keys_;
    std::map<Word, Value> map_;
    std::array<std::uint64_t, 4> sum_{};
    cb_position position_{0, {}, 1};
};

constexpr cb_option kOptions[] = {
    {"most-keys", CB_INTEGER, "keys", "100M", "1..", "more keys than these are refused"}};

}  // namespace

COMMITBENCH_BACKEND(MyBackend,
                    "my-backend",
                    "A map in memory whose root is a sum over all pairs.",
                    "0.1",
                    "you",
                    "Apache-2.0",
                    kOptions,
                    0);
