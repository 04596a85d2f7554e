// SPDX-License-Identifier: Apache-2.0
// Spec strings: what resolves has a canonical spelling that resolves to itself, and what is refused
// is refused in one line.
#include "harness/core/registry.hpp"
#include "tests/fuzz/target.hpp"

#include <array>

namespace commitbench::fuzz {
namespace {

using Toy = Component<int (*)(const Options&)>;

constexpr std::array kOptions{
    OptionSpec{"sync", OptionType::boolean, "", "off", "", "Whether to sync."},
    OptionSpec{"n", OptionType::integer, "items", "10k", "0..", "How many."},
    OptionSpec{"cache", OptionType::size, "bytes", "64MiB", "", "How large."},
    OptionSpec{"theta", OptionType::real, "", "0.99", "", "Exponent."},
    OptionSpec{"store", OptionType::choice, "", "a", "a|bb|ccc", "Which."},
    OptionSpec{"path", OptionType::path, "", "", "", "Where."},
};
constexpr std::array kToys{
    Toy{"toy", "All types.", kOptions, nullptr},
    Toy{"plain", "No options.", {}, nullptr},
};

bool one_line(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
    });
}

}  // namespace

bool check(ByteView input) {
    const std::string_view text = as_text(input);
    const auto choice = choose("toy", std::span<const Toy>(kToys), text);
    if (!choice) {
        require(choice.error().code == ErrorCode::bad_input && one_line(choice.error().message),
                "a refusal is one line", input);
        return false;
    }
    const std::string canonical = choice->canonical();
    const auto again = choose("toy", std::span<const Toy>(kToys), canonical);
    require(again.ok(), "the canonical spelling is accepted", input);
    require(again->component == choice->component, "and names the same component", input);
    require(again->options.resolved() == choice->options.resolved(), "and has the same values",
            input);
    require(again->canonical() == canonical, "and is its own canonical spelling", input);
    return true;
}

std::vector<Bytes> corpus() {
    std::vector<Bytes> inputs;
    for (const std::string_view text :
         {"toy", "plain", "toy:", "toy:n=10k",
          "toy:n=1,cache=64KiB,theta=1e-3,store=bb,sync=on,path=/a/b",
          R"(toy:path="a,b \"c\" \\",n=0)", "toy:theta=-0,cache=1GB", "toy:store=ccc,path=\"\"",
          "toi:n=1", "toy:m=1", "toy:n=18446744073709551615"}) {
        const ByteView bytes = as_bytes(text);
        inputs.emplace_back(bytes.begin(), bytes.end());
    }
    return inputs;
}

}  // namespace commitbench::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    commitbench::fuzz::check({data, size});
    return 0;
}
