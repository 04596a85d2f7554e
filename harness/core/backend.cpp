// SPDX-License-Identifier: Apache-2.0
#include "harness/core/backend.hpp"

namespace commitbench {

Status Backend::stage_keys(std::span<const KeyChange> /*changes*/) {
    return Error{ErrorCode::unsupported, "this backend takes no script of single keys"};
}

Result<Proof> Backend::prove(ByteView /*key*/) {
    return Error{ErrorCode::unsupported, "this backend makes no proofs"};
}

Result<Verdict> Backend::verify(const Root& /*root*/,
                                ByteView /*key*/,
                                const Proof& /*proof*/) const {
    return Error{ErrorCode::unsupported, "this backend verifies no proofs"};
}

}  // namespace commitbench
