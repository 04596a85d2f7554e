// SPDX-License-Identifier: Apache-2.0
// Reads of records and syncs of blocks against what the device gives: the floor is fio's
//
//   fio --name=read --filename=F --size=512M --rw=randread --bs=4k --direct=1 --ioengine=io_uring
//       --iodepth=64 --runtime=10 --time_based
//
// on the same file system. Files go under the system's temporary folder (TMPDIR).
#include "backends/paged/file/extent_file.hpp"
#include "backends/paged/file/record.hpp"

#include <benchmark/benchmark.h>
#include <random>
#include <unistd.h>

namespace commitbench::paged {
namespace {

constexpr std::uint32_t kRecords = 131'072;  // 512 MiB
constexpr std::size_t kPagePayload = 4096 - kRecordHeaderBytes;

/// A store in a folder that goes with it; null where the folder cannot be had.
class TemporaryStore {
  public:
    explicit TemporaryStore(IoEngine engine) {
        std::string name = (std::filesystem::temp_directory_path() / "commitbench_XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            return;
        }
        ExtentFileSettings settings;
        settings.directory = folder_ = name;
        settings.durability = Durability::block;
        settings.io = engine;
        if (auto opened = ExtentFile::open(settings)) {
            file_ = std::move(*opened);
        }
    }
    TemporaryStore(const TemporaryStore&) = delete;
    TemporaryStore& operator=(const TemporaryStore&) = delete;
    ~TemporaryStore() {
        file_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    [[nodiscard]] ExtentFile* file() { return file_.get(); }

  private:
    std::filesystem::path folder_;
    std::unique_ptr<ExtentFile> file_;
};

/// Pages at random places, `depth` to a batch.
void paged_file_read_pages(benchmark::State& state, IoEngine engine) {
    TemporaryStore store(engine);
    std::vector<Extent> extents;
    const Bytes payload(kPagePayload, 0x5a);
    for (std::uint32_t i = 0; store.file() != nullptr && i < kRecords; ++i) {
        const auto extent = store.file()->write(payload);
        if (!extent) {
            break;
        }
        extents.push_back(*extent);
    }
    if (extents.size() != kRecords || !store.file()->commit_checkpoint({0, {}, extents[0], 0})) {
        state.SkipWithError("the records cannot be written");
        return;
    }
    const auto reader = store.file()->open_reader();
    std::mt19937_64 random(1);
    std::vector<ExtentReader::Request> requests(static_cast<std::size_t>(state.range(0)));
    for ([[maybe_unused]] auto iteration : state) {
        for (ExtentReader::Request& request : requests) {
            request.extent = extents[random() % kRecords];
        }
        if (!(*reader)->read(requests)) {
            state.SkipWithError("a record cannot be read");
            return;
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(paged_file_read_pages, uring, IoEngine::uring)
    ->Arg(1)
    ->Arg(32)
    ->Arg(1024)
    ->UseRealTime();
BENCHMARK_CAPTURE(paged_file_read_pages, threads, IoEngine::threads)
    ->Arg(1)
    ->Arg(32)
    ->Arg(1024)
    ->UseRealTime();

/// Blocks of 1 MiB, each durable before the next.
void paged_file_log_block(benchmark::State& state) {
    TemporaryStore store(IoEngine::automatic);
    const Bytes payload(std::size_t{1} << 20, 0x5a);
    const ByteView piece(payload);
    std::uint64_t block = 0;
    for ([[maybe_unused]] auto iteration : state) {
        if (store.file() == nullptr || !store.file()->log_block(++block, {&piece, 1})) {
            state.SkipWithError("a block cannot be logged");
            return;
        }
        if (block % 50 == 0) {
            state.PauseTiming();
            if (!store.file()->commit_checkpoint({block, {}, {}, 0})) {
                state.SkipWithError("a checkpoint cannot be made");
                return;
            }
            state.ResumeTiming();
        }
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(payload.size()));
}
BENCHMARK(paged_file_log_block)->UseRealTime();

/// Records of about a kilobyte, a checkpoint every 16 MiB.
void paged_file_write_records(benchmark::State& state) {
    TemporaryStore store(IoEngine::automatic);
    const Bytes payload(1000, 0x5a);
    std::uint64_t block = 0;
    std::vector<Extent> written;
    std::vector<Extent> older;
    for ([[maybe_unused]] auto iteration : state) {
        for (int i = 0; store.file() != nullptr && i < 16'384; ++i) {
            const auto extent = store.file()->write(payload);
            if (!extent) {
                break;
            }
            written.push_back(*extent);
        }
        for (const Extent& extent : older) {
            store.file()->release(extent);
        }
        if (store.file() == nullptr ||
            !store.file()->commit_checkpoint({++block, {}, written.back(), 0})) {
            state.SkipWithError("a checkpoint cannot be made");
            return;
        }
        older.swap(written);
        written.clear();
    }
    state.SetBytesProcessed(state.iterations() * 16'384 * 1024);
}
BENCHMARK(paged_file_write_records)->UseRealTime();

}  // namespace
}  // namespace commitbench::paged
