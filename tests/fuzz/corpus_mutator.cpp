// SPDX-License-Identifier: Apache-2.0
// Gives libFuzzer the corpus that is made in code: one mutation in 256 begins anew from one of its
// inputs.
#include "tests/fuzz/target.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                               std::size_t size,
                                               std::size_t max_size,
                                               unsigned int seed) {
    static const std::vector<commitbench::Bytes> kCorpus = commitbench::fuzz::corpus();
    if (size < 2 || seed % 256 == 0) {
        const commitbench::Bytes& input = kCorpus[seed / 256 % kCorpus.size()];
        if (input.size() <= max_size) {
            std::copy(input.begin(), input.end(), data);
            size = input.size();
            // As it is every second time, so that the input itself is seen.
            if (seed / 256 / kCorpus.size() % 2 == 0) {
                return size;
            }
        }
    }
    return LLVMFuzzerMutate(data, size, max_size);
}
