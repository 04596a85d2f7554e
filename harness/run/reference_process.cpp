// SPDX-License-Identifier: Apache-2.0
#include "harness/run/reference_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace commitbench {
namespace {

using Packet = nlohmann::json;

constexpr int kLookAtFlagMs = 50;
/// Far above an order's or an error message's size, far below a socket's buffer.
constexpr std::size_t kPacketBytes = 32768;

bool send_packet(int socket, const Packet& json) {
    const std::string text = json.dump(-1, ' ', false, Packet::error_handler_t::replace);
    const std::size_t size = std::min(text.size(), kPacketBytes);
    return send(socket, text.data(), size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
}

/// Null at the end of the connection.
Packet receive_packet(int socket) {
    std::array<char, kPacketBytes> text{};
    ssize_t size = 0;
    do {
        size = recv(socket, text.data(), text.size(), 0);
    } while (size < 0 && errno == EINTR);
    if (size <= 0) {
        return nullptr;
    }
    return Packet::parse(text.data(), text.data() + size, nullptr, false);
}

Packet reply_of(const Status& status) {
    if (status.ok()) {
        return {{"ok", true}};
    }
    return {{"ok", false},
            {"code", static_cast<int>(status.error().code)},
            {"message", status.error().message}};
}

Packet to_json(const ReferenceOrder& order) {
    return {{"blocks", order.blocks},
            {"scheme", order.scheme},
            {"ledger", order.ledger.native()},
            {"results", order.record_results},
            {"access_sets", order.record_access_sets},
            {"first", order.first_recorded}};
}

ReferenceOrder order_from(const Packet& json) {
    return {json.at("blocks").get<std::uint64_t>(), json.at("scheme").get<std::string>(),
            json.at("ledger").get<std::string>(),   json.at("results").get<bool>(),
            json.at("access_sets").get<bool>(),     json.at("first").get<std::uint64_t>()};
}

void die_with(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0);  // it died before we asked
    }
}

/// The worker: carries out one order, replies, is gone. _exit leaves the parent's buffers and files
/// alone.
[[noreturn]] void work(int socket,
                       const ReferenceOrder& order,
                       const RequestMaker& make_request,
                       std::FILE* recording) {
    Status status;
    try {
        std::rewind(recording);
        const auto request = make_request();
        status = request ? carry_out(order, *request, recording) : request.error();
    } catch (const std::bad_alloc&) {
        status = Error{ErrorCode::does_not_fit,
                       "the ledger's reference state does not fit into memory: make the workload's "
                       "state smaller"};
    } catch (const std::exception& error) {
        status = Error{ErrorCode::io, fmt::format("the reference process: {}", error.what())};
    }
    send_packet(socket, reply_of(status));
    _exit(0);
}

/// The waiting child.
[[noreturn]] void serve(int socket, const RequestMaker& make_request, std::FILE* recording) {
    while (true) {
        const Packet json = receive_packet(socket);
        if (!json.is_object()) {
            _exit(0);
        }
        const pid_t self = getpid();
        const pid_t worker = fork();
        if (worker == 0) {
            die_with(self);
            work(socket, order_from(json), make_request, recording);
        }
        int state = 0;
        while (worker > 0 && waitpid(worker, &state, 0) < 0 && errno == EINTR) {
        }
        if (worker < 0 || !WIFEXITED(state)) {
            send_packet(
                socket,
                reply_of(Error{ErrorCode::does_not_fit,
                               worker < 0 ? "no process can be started for the ledger"
                                          : fmt::format("the process that makes the ledger was "
                                                        "killed ({}): most likely memory ran "
                                                        "out; make the workload's state smaller",
                                                        strsignal(WTERMSIG(state)))}));
        }
    }
}

}  // namespace

Result<std::unique_ptr<ReferenceProcess>> ReferenceProcess::start(RequestMaker make_request,
                                                                  InterruptFlag interrupt) {
    auto file = make_unnamed_file();
    if (!file) {
        return file.error();
    }
    std::unique_ptr<ReferenceProcess> process(new ReferenceProcess(interrupt, std::move(*file)));
    std::array<int, 2> sockets{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
        return Error{ErrorCode::io, "no socket can be made for the ledger's process"};
    }
    std::fflush(nullptr);  // or a worker's flush would print our buffers a second time
    const pid_t self = getpid();
    process->child_ = fork();
    if (process->child_ == 0) {
        die_with(self);
        close(sockets[0]);
        serve(sockets[1], make_request, process->file_.get());
    }
    close(sockets[1]);
    process->socket_ = sockets[0];
    if (process->child_ < 0) {
        return Error{ErrorCode::io, "no process can be started for the ledger"};
    }
    return process;
}

ReferenceProcess::~ReferenceProcess() {
    end();
}

void ReferenceProcess::end() noexcept {
    if (socket_ >= 0) {
        close(socket_);
        socket_ = -1;
    }
    if (child_ > 0) {
        kill(child_, SIGKILL);  // it has nothing to lose: files are replaced by rename
        while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
        }
        child_ = -1;
    }
}

Status ReferenceProcess::carry_out(const ReferenceOrder& order) {
    if (!send_packet(socket_, to_json(order))) {
        return Error{ErrorCode::io, "the ledger's process is gone"};
    }
    COMMITBENCH_TRY(await_reply());
    // A new stream for every order: an old one's buffer would still hold what the file was before.
    const int descriptor = dup(fileno(file_.get()));
    recording_.reset(descriptor < 0 ? nullptr : fdopen(descriptor, "rb"));
    if (recording_ == nullptr) {
        if (descriptor >= 0) {
            close(descriptor);
        }
        return Error{ErrorCode::io, "the recording cannot be opened: too many open files"};
    }
    std::rewind(recording_.get());
    return {};
}

Status ReferenceProcess::await_reply() {
    pollfd reply{socket_, POLLIN, 0};
    while (poll(&reply, 1, kLookAtFlagMs) <= 0) {
        if (is_set(interrupt_)) {
            end();
            return Error{ErrorCode::interrupted, "interrupted while making the ledger"};
        }
    }
    const Packet json = receive_packet(socket_);
    if (!json.is_object()) {
        return Error{ErrorCode::io, "the ledger's process ended without a reply"};
    }
    if (json.value("ok", false)) {
        return {};
    }
    return Error{static_cast<ErrorCode>(json.value("code", static_cast<int>(ErrorCode::io))),
                 json.value("message", std::string("the ledger's process failed"))};
}

}  // namespace commitbench
