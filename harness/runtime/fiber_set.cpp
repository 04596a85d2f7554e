// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/fiber_set.hpp"

#include "harness/runtime/sanitizer_fibers.hpp"

// The plain jump below Boost.Context's class `fiber`: that one's destructor unwinds whatever has
// not ended, and a fiber that is abandoned must stay as it is, since its frames may not let an
// exception through.
#include <boost/context/detail/fcontext.hpp>
#include <new>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace commitbench {
namespace {

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

std::size_t page_size() {
    static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

}  // namespace

FiberStack::FiberStack(std::size_t bytes)
    : bytes_((bytes + page_size() - 1) / page_size() * page_size()) {
    mapping_ = ::mmap(nullptr, bytes_ + page_size(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapping_ == MAP_FAILED) {
        throw std::bad_alloc();
    }
    if (::mprotect(mapping_, page_size(), PROT_NONE) != 0) {
        ::munmap(mapping_, bytes_ + page_size());
        throw std::bad_alloc();
    }
}

FiberStack::FiberStack(FiberStack&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)), bytes_(other.bytes_) {}

FiberStack::~FiberStack() {
    if (mapping_ != nullptr) {
        sanitizer::forget_stack(lowest(), bytes_);
        ::munmap(mapping_, bytes_ + page_size());
    }
}

void* FiberStack::lowest() const noexcept {
    return static_cast<std::byte*>(mapping_) + page_size();
}

void* FiberStack::top() const noexcept {
    return static_cast<std::byte*>(lowest()) + bytes_;
}

/// Where a fiber begins: Boost.Context wants a plain function.
class FiberSet::Start {
  public:
    [[noreturn]] static void run(transfer_t from) {
        FiberSet& set = *static_cast<FiberSet*>(from.data);
        const std::uint32_t index = set.current_;
        set.landed(from.fctx);
        for (;;) {
            set.body_(set.argument_, index);
        }
    }
};

FiberSet::FiberSet(std::uint32_t count, std::size_t stack_bytes, Body body, void* argument)
    : body_(body),
      argument_(argument),
      outside_(count),
      current_(count),
      last_(count),
      contexts_(count + 1) {
    stacks_.reserve(count);
    for (std::uint32_t index = 0; index < count; ++index) {
        stacks_.emplace_back(stack_bytes);
        prepare(index);
    }
}

FiberSet::~FiberSet() {
    for (std::uint32_t index = 0; index < outside_; ++index) {
        sanitizer::destroy(contexts_[index].thread_sanitizer);
    }
}

void FiberSet::prepare(std::uint32_t index) {
    const FiberStack& stack = stacks_[index];
    contexts_[index] = {.position = make_fcontext(stack.top(), stack.bytes(), &Start::run),
                        .stack_lowest = stack.lowest(),
                        .stack_bytes = stack.bytes(),
                        .fake_stack = nullptr,
                        .thread_sanitizer = sanitizer::create()};
}

void FiberSet::abandon(std::uint32_t index) {
    sanitizer::destroy(contexts_[index].thread_sanitizer);
    sanitizer::forget_stack(stacks_[index].lowest(), stacks_[index].bytes());
    prepare(index);
}

void FiberSet::jump(std::uint32_t to) {
    Context& here = contexts_[current_];
    const Context& there = contexts_[to];
    if (current_ == outside_) {
        here.thread_sanitizer = sanitizer::current();
    }
    last_ = current_;
    current_ = to;
    sanitizer::start_switch(here.fake_stack, there.stack_lowest, there.stack_bytes,
                            there.thread_sanitizer);
    landed(jump_fcontext(there.position, this).fctx);
}

void FiberSet::landed(void* position_of_last) {
    const void* lowest = nullptr;
    std::size_t bytes = 0;
    sanitizer::finish_switch(contexts_[current_].fake_stack, lowest, bytes);
    Context& last = contexts_[last_];
    last.position = position_of_last;
    if (last_ == outside_) {
        last.stack_lowest = lowest;
        last.stack_bytes = bytes;
    }
}

}  // namespace commitbench
