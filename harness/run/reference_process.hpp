// SPDX-License-Identifier: Apache-2.0
// ReferenceProcess: a child that does the reference's work, so that the measured process's memory
// and caches stay its own.
//
//   run_cell ──fork──> waiting child (stays small) ──fork per order──> worker (as large as the
//   state; ends with the order)
//
// The waiting child is forked before anything large is allocated, and before a plug-in is opened: a
// library may start threads as it is loaded, as Go's runtime does, and a fork has none of them.
// Each worker opens what it needs itself. Orders and replies are single packets of a socket pair.
// If the parent dies, so do both (PR_SET_PDEATHSIG).
#pragma once

#include "harness/run/recording.hpp"
#include "harness/run/reference_order.hpp"

#include <functional>
#include <sys/types.h>

namespace commitbench {

/// Makes the request of a run. A plug-in of it is opened by the call, not before.
using RequestMaker = std::function<Result<RunRequest>()>;

/// One thread. The destructor ends the child and waits for it.
class ReferenceProcess {
  public:
    /// Forks. Each worker makes its own request; what requests borrow must outlive this object.
    [[nodiscard]] static Result<std::unique_ptr<ReferenceProcess>> start(RequestMaker make_request,
                                                                         InterruptFlag interrupt);
    ReferenceProcess(const ReferenceProcess&) = delete;
    ReferenceProcess& operator=(const ReferenceProcess&) = delete;
    ~ReferenceProcess();

    /// Waits until the order is carried out. recording() then stands at its beginning. On
    /// interrupted the child is gone.
    Status carry_out(const ReferenceOrder& order);

    /// What the last order recorded. INVARIANT: an order was carried out.
    [[nodiscard]] std::FILE* recording() const noexcept { return recording_.get(); }

  private:
    ReferenceProcess(InterruptFlag interrupt, File file)
        : interrupt_(interrupt), file_(std::move(file)) {}
    Status await_reply();
    void end() noexcept;

    InterruptFlag interrupt_;
    File file_;       // shared with the child; only the worker reads or writes through it
    File recording_;  // the same file, for this process
    int socket_ = -1;
    pid_t child_ = -1;
};

}  // namespace commitbench
