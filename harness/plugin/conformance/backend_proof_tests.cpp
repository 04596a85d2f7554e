// SPDX-License-Identifier: Apache-2.0
// That proofs show what is so, and altered ones nothing.
#include "harness/plugin/conformance/backend_tests.hpp"

namespace commitbench::conformance {
namespace {

/// What a test does with one key's proof.
struct Claim {
    StateKey key;
    std::optional<Bytes> value;  // nullopt: absent
};

bool shows(const Verdict& verdict, const Claim& claim) {
    return verdict.valid && verdict.value == claim.value;
}

std::string describe(const Claim& claim) {
    return fmt::format("{} ({})", show(claim.key), claim.value ? "present" : "absent");
}

/// That the proof is not taken. A verifier may also refuse to look at it.
Status expect_refused(Backend& backend,
                      const Root& root,
                      const Claim& claim,
                      const Proof& proof,
                      std::string_view how) {
    const auto verdict = backend.verify(root, claim.key.view(), proof);
    return verdict && verdict->valid ? unmet("proof of {}: is still valid {}", describe(claim), how)
                                     : Status();
}

Status check_altered(Backend& backend,
                     const Root& root,
                     const Claim& claim,
                     const Proof& proof,
                     Random& random) {
    for (std::size_t item = 0; item < proof.items.size(); ++item) {
        if (proof.items[item].empty()) {
            continue;
        }
        for (int round = 0; round < 8; ++round) {
            Proof altered = proof;
            const std::size_t byte = below(random, altered.items[item].size());
            altered.items[item][byte] ^= static_cast<std::uint8_t>(1U << below(random, 8));
            COMMITBENCH_TRY(expect_refused(
                backend, root, claim, altered,
                fmt::format("with a bit of byte {} of item {} changed", byte, item)));
        }
    }
    if (!proof.items.empty() && !proof.items.back().empty()) {
        Proof cut = proof;
        cut.items.back().pop_back();
        COMMITBENCH_TRY(expect_refused(backend, root, claim, cut, "without its last byte"));
    }
    Root other = root;
    other.bytes[below(random, other.bytes.size())] ^= 0x40;
    return expect_refused(backend, other, claim, proof, "against another root");
}

Status check_claim(Backend& backend, const Root& root, const Claim& claim, Random& random) {
    const auto proof = backend.prove(claim.key.view());
    if (!proof) {
        return proof.error();
    }
    const auto verdict = backend.verify(root, claim.key.view(), *proof);
    if (!verdict) {
        return verdict.error();
    }
    if (!verdict->valid) {
        return unmet("proof of {}: does not lead to the root {}", describe(claim), show(root));
    }
    if (!shows(*verdict, claim)) {
        return unmet("proof of {}: shows {}, and the value is {}", describe(claim),
                     show(verdict->value ? std::optional<ByteView>(*verdict->value) : std::nullopt),
                     show(claim.value ? std::optional<ByteView>(*claim.value) : std::nullopt));
    }
    return check_altered(backend, root, claim, *proof, random);
}

}  // namespace

Status test_proofs(Trial& trial, const Subject& subject) {
    History history(trial.random());
    Random random = trial.random(2);
    auto session = BackendSession::begin(trial, subject, history.first_state(800));
    if (!session) {
        return session.error();
    }
    Backend& backend = (*session)->backend();
    trial.doing("prove");
    if (const auto offered = backend.prove(StateKey().view()); !offered) {
        return offered.error().code == ErrorCode::unsupported ? trial.skip("proofs are not offered")
                                                              : Status(offered.error());
    }
    constexpr std::size_t kKeysABlock = 25;
    for (int block = 0; block < 3; ++block) {
        std::size_t looked_at = 0;
        for (const StateKey& key : (*session)->keys_to_look_at()) {
            const auto found = (*session)->state().find(key);
            trial.doing(fmt::format("proof of {} after block {}", show(key), block));
            COMMITBENCH_TRY(check_claim(
                backend, (*session)->root(),
                {key,
                 found == (*session)->state().end() ? std::nullopt : std::optional(found->second)},
                random));
            if (++looked_at == kKeysABlock) {
                break;
            }
        }
        COMMITBENCH_TRY((*session)->commit(history.block((*session)->state(), 100)));
    }
    return {};
}

}  // namespace commitbench::conformance
