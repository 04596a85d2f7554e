// SPDX-License-Identifier: Apache-2.0
// The oracle of the trie tests: recomputes the root of a whole key set from the recursive
// definition, every time.
//
//   enc(S, d): one key      -> list[hex prefix of the rest with the leaf flag, value]
//              shared path   -> list[hex prefix of the shared path, ref(enc(S, e))]
//              otherwise     -> list[ref of each nibble's keys, or empty; value of the key that
//              ends here]
//   ref(r) = r if shorter than 32 bytes, else its Keccak-256
//
// Yellow paper, appendix D. Works on strings of nibbles; shares only Keccak with what it checks.
#pragma once

#include "hash/keccak.hpp"

#include <map>
#include <string>

namespace commitbench {

class PlainTrie {
  public:
    using NodeHash = Hash256 (*)(ByteView) noexcept;
    explicit PlainTrie(NodeHash hash = keccak256) : hash_(hash) {}

    void put(ByteView key, ByteView value) {
        value.empty() ? erase(key) : static_cast<void>(entries_[nibbles(key)] = text(value));
    }
    void erase(ByteView key) { entries_.erase(nibbles(key)); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

    [[nodiscard]] Hash256 root() const {
        if (entries_.empty()) {
            return hash_(as_bytes("\x80"));
        }
        return hash_(as_bytes(encode(entries_.begin(), entries_.end(), 0)));
    }

  private:
    using Entries = std::map<std::string, std::string>;  // nibbles (one a char) -> value
    using Iterator = Entries::const_iterator;

    static std::string text(ByteView bytes) { return std::string(as_text(bytes)); }

    static std::string nibbles(ByteView key) {
        std::string out;
        for (const std::uint8_t byte : key) {
            out += static_cast<char>(byte >> 4);
            out += static_cast<char>(byte & 0xf);
        }
        return out;
    }

    static std::string length_prefix(std::size_t length, unsigned base) {
        if (length < 56) {
            return {static_cast<char>(base + length)};
        }
        std::string digits;
        for (std::size_t rest = length; rest != 0; rest /= 256) {
            digits.insert(digits.begin(), static_cast<char>(rest % 256));
        }
        return static_cast<char>(base + 55 + digits.size()) + digits;
    }
    static std::string string_item(const std::string& s) {
        return s.size() == 1 && static_cast<unsigned char>(s[0]) < 0x80
                   ? s
                   : length_prefix(s.size(), 0x80) + s;
    }
    static std::string list(const std::string& payload) {
        return length_prefix(payload.size(), 0xc0) + payload;
    }

    static std::string hex_prefix(const std::string& path, bool leaf) {
        std::string flagged(1,
                            static_cast<char>((leaf ? 2 : 0) + static_cast<int>(path.size() % 2)));
        flagged += path.size() % 2 == 1 ? path : std::string(1, '\0') + path;
        std::string packed;
        for (std::size_t i = 0; i < flagged.size(); i += 2) {
            packed += static_cast<char>(flagged[i] * 16 + flagged[i + 1]);
        }
        return packed;
    }

    [[nodiscard]] std::string reference(const std::string& encoded) const {
        if (encoded.size() < 32) {
            return encoded;
        }
        const Hash256 hash = hash_(as_bytes(encoded));
        return string_item(text(hash));
    }

    // All keys of [first, last) agree on their first d nibbles.
    [[nodiscard]] std::string encode(Iterator first, Iterator last, std::size_t d) const {
        if (std::next(first) == last) {
            return list(string_item(hex_prefix(first->first.substr(d), true)) +
                        string_item(first->second));
        }
        const std::string& low = first->first;
        const std::string& high = std::prev(last)->first;
        std::size_t e = d;
        while (e < low.size() && e < high.size() && low[e] == high[e]) {
            ++e;
        }
        if (e > d) {
            return list(string_item(hex_prefix(low.substr(d, e - d), false)) +
                        reference(encode(first, last, e)));
        }
        std::string value;
        if (low.size() == d) {
            value = first->second;
            ++first;
        }
        std::string payload;
        for (char nibble = 0; nibble < 16; ++nibble) {
            Iterator end = first;
            while (end != last && end->first[d] == nibble) {
                ++end;
            }
            payload += end == first ? std::string("\x80") : reference(encode(first, end, d + 1));
            first = end;
        }
        return list(payload + string_item(value));
    }

    NodeHash hash_;
    Entries entries_;
};

}  // namespace commitbench
