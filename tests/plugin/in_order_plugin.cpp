// SPDX-License-Identifier: Apache-2.0
// A plug-in with an executor that runs transactions in order, and a workload of counters: the least
// that uses every call of both interfaces. And copies of it with one mistake each (-DMISTAKE_...),
// for what the host says of them.
#include <commitbench/plugin.h>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#ifdef MINDS_FORKS
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <unistd.h>
#endif

namespace {

#ifdef MINDS_FORKS
/// Like the runtime of another language: it has a thread from the moment the library is loaded, and
/// no call is answered without it. A fork of this process has no such thread.
class Runtime {
  public:
    Runtime() : home_(getpid()), thread_([this] { serve(); }) {
        pthread_atfork([] { die("forked after the library was loaded"); }, nullptr, nullptr);
    }
    ~Runtime() {
        ask(true);
        thread_.join();
    }
    void answer() {
        if (getpid() != home_) {
            die("called in a fork of the process that loaded the library");
        }
        ask(false);
    }

  private:
    [[noreturn]] static void die(const char* why) {
        std::fprintf(stderr, "%s\n", why);
        std::abort();
    }
    void ask(bool last) {
        std::unique_lock lock(mutex_);
        last_ = last;
        asked_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !asked_; });
    }
    void serve() {
        std::unique_lock lock(mutex_);
        for (bool last = false; !last;) {
            changed_.wait(lock, [this] { return asked_; });
            last = last_;
            asked_ = false;
            changed_.notify_all();
        }
    }

    pid_t home_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool asked_ = false;
    bool last_ = false;
    std::thread thread_;  // the last member: it uses the others
};
Runtime runtime;

void need_runtime() {
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    runtime.answer();
}
#else
void need_runtime() {}
#endif

using Word = std::string;  // 32 bytes

Word word_of(const cb_key* key) {
    return {reinterpret_cast<const char*>(key->bytes), sizeof key->bytes};
}

// ----------------------------------------------------------------------------------------------------------------
// executor

struct Written {
    std::string value;
    bool deleted = false;
};

struct InOrder {
    const cb_state* state = nullptr;
    void* reader = nullptr;
    std::map<Word, Written> block_writes;
    std::map<Word, Written> writes;  // of the transaction at hand
    std::vector<cb_change> changes;
    std::vector<cb_receipt> receipts;
    std::string scratch;
    std::uint64_t reads = 0, state_reads = 0, written = 0, blocks = 0;
    bool state_failed = false;
};

InOrder& self_of(void* context) {
    return *static_cast<InOrder*>(context);
}

int32_t read_state(void* context, const cb_key* key, cb_bytes* value) {
    InOrder& self = self_of(context);
    ++self.reads;
    for (const auto* written : {&self.writes, &self.block_writes}) {
        if (const auto found = written->find(word_of(key)); found != written->end()) {
            self.scratch = found->second.value;
            *value = {reinterpret_cast<const std::uint8_t*>(self.scratch.data()),
                      self.scratch.size()};
            return found->second.deleted ? CB_READ_ABSENT : CB_READ_PRESENT;
        }
    }
    ++self.state_reads;
    int32_t present = 0;
    cb_error error;
    if (self.state->reader_get(self.reader, key, value, &present, &error) != CB_OK) {
        self.state_failed = true;
        return CB_READ_STOP;
    }
    return present != 0 ? CB_READ_PRESENT : CB_READ_ABSENT;
}

void write_state(void* context, const cb_key* key, cb_bytes value) {
    InOrder& self = self_of(context);
    ++self.written;
    self.writes[word_of(key)] = {std::string(reinterpret_cast<const char*>(value.data), value.size),
                                 false};
}

void erase_state(void* context, const cb_key* key) {
    InOrder& self = self_of(context);
    ++self.written;
    self.writes[word_of(key)] = {"", true};
}

int32_t add_to_counter(void* context, const cb_key* key, std::uint64_t amount) {
    cb_bytes value{};
    const int32_t found = read_state(context, key, &value);
    if (found == CB_READ_STOP) {
        return found;
    }
    std::uint64_t count = 0;
    if (found == CB_READ_PRESENT && value.size == 8) {
        for (std::size_t i = 0; i < 8; ++i) {
            count = count << 8 | value.data[i];
        }
    }
    count += amount;
    std::uint8_t bytes[8];
    for (int i = 7; i >= 0; --i, count >>= 8) {
        bytes[i] = static_cast<std::uint8_t>(count);
    }
    write_state(context, key, {bytes, sizeof bytes});
    return CB_READ_PRESENT;
}

int32_t spend_work(void*, std::uint64_t) {
    return 1;
}

cb_code open_executor(const cb_setting*,
                      std::size_t,
                      const cb_host*,
                      std::uint64_t,
                      void** executor,
                      cb_error*) {
    *executor = new InOrder;
    return CB_OK;
}

void drop_reader(InOrder& self) {
    if (self.reader != nullptr) {
        self.state->reader_close(self.reader);
        self.reader = nullptr;
    }
}

void close_executor(void* executor) {
    drop_reader(self_of(executor));
    delete static_cast<InOrder*>(executor);
}

cb_code prepare(void* executor, const cb_state* state, cb_error* error) {
    InOrder& self = self_of(executor);
    drop_reader(self);
    self.state = state;
    return state->reader_open(state->context, &self.reader, error);
}

cb_code execute(void* executor, const cb_block* block, cb_block_result* result, cb_error* error) {
    need_runtime();
    InOrder& self = self_of(executor);
    self.block_writes.clear();
    self.changes.clear();
    self.receipts.assign(block->size, {});
    self.reads = self.state_reads = self.written = 0;
    const cb_access access{sizeof(cb_access), &self,           &read_state, &write_state,
                           &erase_state,      &add_to_counter, &spend_work};
    for (std::uint32_t turn = 0; turn < block->size; ++turn) {
#ifdef MISTAKE_RUNS_BACKWARDS
        const std::uint32_t i = block->size - 1 - turn;
#else
        const std::uint32_t i = turn;
#endif
        self.writes.clear();
        block->execute(block->context, i, &access, &self.receipts[i]);
        if (self.state_failed) {
            std::snprintf(error->message, sizeof error->message, "the state cannot be read");
            return CB_IO;
        }
        if (self.receipts[i].status != CB_TX_STOPPED) {
            for (auto& [key, written] : self.writes) {
                self.block_writes[key] = written;
            }
        }
    }
    for (const auto& [key, written] : self.block_writes) {
        cb_change& change = self.changes.emplace_back();
        std::memcpy(change.key.bytes, key.data(), sizeof change.key.bytes);
        change.new_value = {reinterpret_cast<const std::uint8_t*>(written.value.data()),
                            written.value.size()};
        change.old_state = CB_OLD_UNKNOWN;
        change.deleted = written.deleted ? 1 : 0;
    }
    ++self.blocks;
    result->changes = self.changes.data();
    result->change_count = self.changes.size();
    result->receipts = self.receipts.data();
    result->receipt_count = self.receipts.size();
    result->reads = self.reads;
    result->state_reads = self.state_reads;
    result->writes = self.written;
    return CB_OK;
}

void tell_counters(void* executor, cb_counter_visitor visitor, void* context) {
    visitor(context, "blocks_in_order", self_of(executor).blocks);
}

const cb_executor_interface kExecutor{
    sizeof kExecutor, 0,        "in-order",     "Runs transactions in order.",
    nullptr,          0,        &open_executor, &close_executor,
    &prepare,         &execute, &tell_counters, nullptr};

// ----------------------------------------------------------------------------------------------------------------
// workload

struct Counters {
    std::uint64_t seed;
    std::uint64_t counters;
};
struct CounterBlock {
    const Counters* workload;
    std::uint64_t number;
};

std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
    return x ^ (x >> 29);
}

void make_key(std::uint64_t index, cb_key* key) {
    for (std::size_t word = 0; word < 4; ++word) {
        const std::uint64_t bits = mix(index * 4 + word + 1);
        std::memcpy(key->bytes + 8 * word, &bits, sizeof bits);
    }
}

cb_code open_workload(const cb_setting* settings,
                      std::size_t count,
                      std::uint64_t seed,
                      void** workload,
                      cb_error*) {
    auto made = std::make_unique<Counters>(Counters{seed, 0});
    for (std::size_t i = 0; i < count; ++i) {
        if (std::string("counters") == settings[i].key) {
            made->counters = std::stoull(settings[i].value);
        }
    }
    *workload = made.release();
    return CB_OK;
}

const Counters& workload_of(void* workload) {
    return *static_cast<const Counters*>(workload);
}

void close_workload(void* workload) {
    delete static_cast<Counters*>(workload);
}

std::uint64_t state_size(void* workload) {
    return workload_of(workload).counters;
}

void keys_of(void*, std::uint64_t first, std::size_t count, cb_key* keys) {
    for (std::size_t i = 0; i < count; ++i) {
        make_key(first + i, &keys[i]);
    }
}

std::size_t value_of(void* workload, std::uint64_t index, std::uint8_t* value, std::size_t room) {
    // Longer than the host's first guess now and then.
    const std::size_t size = index % 7 == 0 ? 300 : 8;
    std::uint64_t byte = workload_of(workload).seed;
#ifdef MISTAKE_COUNTS_CALLS
    static std::uint64_t calls = 0;
    byte += ++calls;
#endif
    std::memset(value, static_cast<int>(byte & 0xff), room < size ? room : size);
    return size;
}

std::uint64_t block_limit(void*) {
    return UINT64_MAX;
}

cb_code open_block(void* workload,
                   std::uint64_t number,
                   void** block,
                   std::uint32_t* size,
                   cb_error*) {
    need_runtime();
    *block = new CounterBlock{&workload_of(workload), number};
    *size = 50;
    return CB_OK;
}

void close_block(void* block) {
    delete static_cast<CounterBlock*>(block);
}

/// Reads one counter and writes what it read, one more, into another: what is written depends on
/// what was read.
void execute_in_block(void* block,
                      std::uint32_t index,
                      const cb_access* access,
                      cb_receipt* receipt) {
    const auto& self = *static_cast<const CounterBlock*>(block);
    cb_key from;
    cb_key to;
    make_key(mix(self.number * 1000 + index) % self.workload->counters, &from);
    make_key(mix(self.number * 1000 + index + 500) % self.workload->counters, &to);
    cb_bytes value{};
    const int32_t found = access->read(access->context, &from, &value);
    if (found == CB_READ_STOP || access->spend(access->context, 1) == 0) {
        receipt->status = CB_TX_STOPPED;
        return;
    }
    std::uint64_t count = 0;
    if (found == CB_READ_PRESENT) {
        std::memcpy(&count, value.data, value.size < 8 ? value.size : 8);
    }
    receipt->digest = mix(count + (found == CB_READ_PRESENT ? 1 : 0));
    if (index % 11 == 0) {
        receipt->status = CB_TX_FAILED;
        return;
    }
    ++count;
    std::uint8_t bytes[8];
    std::memcpy(bytes, &count, sizeof bytes);
    if (index % 5 == 0) {
        access->erase(access->context, &to);
    } else {
        access->write(access->context, &to, {bytes, sizeof bytes});
    }
    receipt->status = CB_TX_OK;
}

const cb_option kWorkloadOptions[] = {
    {"counters", CB_INTEGER, "counters", "1k", "1..", "keys of the first state"}};

const cb_workload_interface kWorkload{sizeof kWorkload,
                                      "counters",
                                      "Transactions that read one counter and write another.",
                                      kWorkloadOptions,
                                      1,
                                      &open_workload,
                                      &close_workload,
                                      &state_size,
                                      &keys_of,
                                      &value_of,
                                      &block_limit,
                                      &open_block,
                                      &close_block,
                                      &execute_in_block,
                                      nullptr,
                                      nullptr};

const cb_interface kInterfaces[] = {{COMMITBENCH_EXECUTOR_1, &kExecutor},
                                    {COMMITBENCH_WORKLOAD_1, &kWorkload}};

}  // namespace

const cb_plugin commitbench_plugin = {COMMITBENCH_ABI_MAJOR,
                                      COMMITBENCH_ABI_MINOR,
                                      sizeof(cb_plugin),
                                      2,
                                      kInterfaces,
                                      "in-order",
                                      "1.0",
                                      "commitbench",
                                      "Apache-2.0",
                                      "An executor and a workload for the tests of plug-ins."};
