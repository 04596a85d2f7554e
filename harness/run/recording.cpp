// SPDX-License-Identifier: Apache-2.0
#include "harness/run/recording.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <system_error>
#include <unistd.h>

namespace commitbench {
namespace {

struct BlockHeader {
    std::uint64_t number;
    std::uint64_t reads;
    std::uint64_t state_reads;
    std::uint64_t writes;
    std::uint64_t receipts;
    std::uint64_t changes;
};
static_assert(sizeof(BlockHeader) == 48);

struct ReceiptRecord {
    std::uint64_t status;
    std::uint64_t digest;
};
static_assert(sizeof(ReceiptRecord) == 16);

struct ChangeRecord {
    std::array<std::uint8_t, 32> key;
    std::uint32_t state;
    std::uint32_t old_length;
    std::uint32_t new_length;
};
static_assert(sizeof(ChangeRecord) == 44);

constexpr std::uint32_t kDeletedBit = 1U << 8;

template<class T>
bool put(std::FILE* file, const T& record) {
    return std::fwrite(&record, sizeof record, 1, file) == 1;
}

bool put(std::FILE* file, ByteView bytes) {
    return bytes.empty() || std::fwrite(bytes.data(), bytes.size(), 1, file) == 1;
}

template<class T>
bool take(std::FILE* file, T& record) {
    return std::fread(&record, sizeof record, 1, file) == 1;
}

bool take(std::FILE* file, Arena& arena, std::size_t length, ByteView& bytes) {
    if (length == 0) {
        bytes = {};
        return true;
    }
    std::uint8_t* const place = arena.allocate(length);
    bytes = {place, length};
    return std::fread(place, length, 1, file) == 1;
}

struct AccessHeader {
    std::uint64_t number;
    std::uint64_t keys;
    std::uint64_t begins;
    std::uint64_t accesses;
};
static_assert(sizeof(AccessHeader) == 32);

template<class T>
bool put_all(std::FILE* file, std::span<const T> items) {
    return std::fwrite(items.data(), sizeof(T), items.size(), file) == items.size();
}

template<class T>
bool take_all(std::FILE* file, std::size_t count, std::vector<T>& items) {
    items.resize(count);
    return std::fread(items.data(), sizeof(T), count, file) == count;
}

Error not_written(std::uint64_t number) {
    return {ErrorCode::io,
            fmt::format("the recording of block {} cannot be written to the temporary folder ({}): "
                        "free some space or set TMPDIR to another folder",
                        number, std::error_code(errno, std::generic_category()).message())};
}

Error not_read(std::uint64_t number) {
    return {ErrorCode::corrupt,
            fmt::format("the recording of block {} is cut off or of another block", number)};
}

}  // namespace

Result<File> make_unnamed_file() {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
    std::string name = (folder / "commitbench-recording-XXXXXX").native();
    const int descriptor = error ? -1 : mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) {
        return bad_input(fmt::format(
            "the temporary folder '{}' takes no file ({}): set TMPDIR to one that does",
            folder.native(),
            error ? error.message() : std::error_code(errno, std::generic_category()).message()));
    }
    unlink(name.c_str());
    std::FILE* const file = fdopen(descriptor, "w+b");
    if (file == nullptr) {
        close(descriptor);
        return Error{ErrorCode::io, "no memory for a temporary file's buffer"};
    }
    return File(file);
}

Status write_result(std::FILE* file, std::uint64_t number, const BlockResult& result) {
    bool good = put(file, BlockHeader{number, result.reads, result.state_reads, result.writes,
                                      result.receipts.size(), result.diff.size()});
    for (const Receipt& receipt : result.receipts) {
        good = good &&
               put(file, ReceiptRecord{static_cast<std::uint64_t>(receipt.status), receipt.digest});
    }
    for (const Change& change : result.diff.changes()) {
        const ByteView old_value =
            change.old_state == OldState::present ? change.old_value : ByteView{};
        const std::uint32_t state =
            static_cast<std::uint32_t>(change.old_state) | (change.deleted ? kDeletedBit : 0U);
        good = good &&
               put(file, ChangeRecord{change.key.bytes, state,
                                      static_cast<std::uint32_t>(old_value.size()),
                                      static_cast<std::uint32_t>(change.new_value.size())}) &&
               put(file, old_value) && put(file, change.new_value);
    }
    if (!good) {
        return not_written(number);
    }
    return {};
}

Status read_result(std::FILE* file, std::uint64_t number, BlockResult& result) {
    result.clear();
    BlockHeader header{};
    bool good = take(file, header) && header.number == number;
    if (good) {
        result.reads = header.reads;
        result.state_reads = header.state_reads;
        result.writes = header.writes;
    }
    for (std::uint64_t i = 0; good && i < header.receipts; ++i) {
        ReceiptRecord record{};
        good = take(file, record);
        result.receipts.push_back({static_cast<TxStatus>(record.status), record.digest});
    }
    for (std::uint64_t i = 0; good && i < header.changes; ++i) {
        ChangeRecord record{};
        Change change;
        good = take(file, record) &&
               take(file, result.diff.arena(), record.old_length, change.old_value) &&
               take(file, result.diff.arena(), record.new_length, change.new_value);
        change.key.bytes = record.key;
        change.old_state = static_cast<OldState>(record.state & 0xffU);
        change.deleted = (record.state & kDeletedBit) != 0;
        result.diff.add_placed(change);
    }
    if (!good) {
        return not_read(number);
    }
    return {};
}

Status write_access_sets(std::FILE* file, std::uint64_t number, const AccessSets& sets) {
    const bool good = put(file, AccessHeader{number, sets.keys().size(), sets.begins().size(),
                                             sets.accesses().size()}) &&
                      put_all(file, sets.keys()) && put_all(file, sets.begins()) &&
                      put_all(file, sets.accesses());
    return good ? Status() : not_written(number);
}

Result<AccessSets> read_access_sets(std::FILE* file, std::uint64_t number) {
    AccessHeader header{};
    std::vector<StateKey> keys;
    std::vector<std::uint32_t> begins;
    std::vector<Access> accesses;
    if (!take(file, header) || header.number != number || !take_all(file, header.keys, keys) ||
        !take_all(file, header.begins, begins) || !take_all(file, header.accesses, accesses)) {
        return not_read(number);
    }
    return AccessSets(std::move(keys), std::move(begins), std::move(accesses));
}

Status RecordedBlock::take_result(std::FILE* recording) {
    result_ = std::make_unique<BlockResult>();
    return read_result(recording, number(), *result_);
}

Status RecordedBlock::take_access_sets(std::FILE* recording) {
    auto sets = read_access_sets(recording, number());
    if (!sets) {
        return sets.error();
    }
    access_sets_ = std::move(*sets);
    return {};
}

}  // namespace commitbench
