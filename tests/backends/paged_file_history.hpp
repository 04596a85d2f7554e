// SPDX-License-Identifier: Apache-2.0
// A random life of an ExtentFile, and what a restart may say after it.
#pragma once

#include "backends/paged/file/extent_file.hpp"
#include "memory_disk.hpp"
#include "store_fixture.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {

/// What a test wrote, by which it knows it again.
struct WrittenRecord {
    paged::Extent extent{};
    Bytes payload{};
};

struct WrittenState {
    paged::Checkpoint checkpoint{};
    Bytes top{};
    std::vector<WrittenRecord> records{};
};

/// Small steps, so that every life has a few of them.
[[nodiscard]] inline paged::ExtentFileSettings small_settings(paged::Disk& disk,
                                                              Durability durability) {
    paged::ExtentFileSettings settings;
    settings.directory = "/nowhere";
    settings.durability = durability;
    settings.growth_bytes = std::uint64_t{32} << 10;
    settings.log_growth_bytes = std::uint64_t{8} << 10;
    settings.disk = &disk;
    return settings;
}

/// Sizes of all kinds: tiny, about a sector, about a page, many pages.
[[nodiscard]] inline std::size_t random_size(std::mt19937_64& random) {
    switch (random() % 8) {
        case 0:
            return random() % 4;
        case 1:
            return 480 + random() % 40;
        case 2:
            return 4070 + random() % 40;
        case 3:
            return random() % 20'000;
        default:
            return random() % 2000;
    }
}

/// Runs random operations and keeps account of what must survive. Several lives may follow one
/// another on images of the disk that was left; a copy is a branch of the story.
class History {
  public:
    struct Step {
        std::size_t first_event = 0;  // of the disk
        std::size_t end_event = 0;
        std::optional<std::uint64_t> before{};  // last block
        std::optional<std::uint64_t> after{};
        bool checkpoint = false;
    };

    History(std::mt19937_64& random, Durability durability)
        : random_(&random), durability_(durability) {}

    /// Opens what is on `disk`, does `steps` operations and dies; stops at the first error, which
    /// it returns. `at_the_end` gets the store as it is then.
    Status run(MemoryDisk& disk,
               std::size_t steps,
               const std::function<void(paged::ExtentFile&)>& at_the_end = {}) {
        steps_.clear();
        const std::size_t first = disk.events();
        auto opened = paged::ExtentFile::open(small_settings(disk, durability_));
        if (!opened) {
            return opened.error();
        }
        file_ = opened->get();
        start_ = {first, disk.events(), file_->last_block(), file_->last_block(), false};
        Status status;
        for (std::size_t i = 0; i < steps && status.ok(); ++i) {
            Step step{disk.events(), 0, last_, last_, false};
            status = operate(step);
            step.after = status ? last_ : step.after;
            step.end_event = status ? disk.events() : kOpenEnd;
            steps_.push_back(step);
        }
        if (at_the_end) {
            at_the_end(*file_);
        }
        return status;
    }

    /// Opens `image` and checks that it is what a crash at event `cut` of the life may leave: never
    /// anything else. The history goes on from what was found.
    void verify_crash(const DiskImage& image, std::size_t cut) {
        std::optional<std::uint64_t> at_least = start_.after;
        std::optional<std::uint64_t> at_most = start_.after;
        std::optional<std::uint64_t> durable = first_durable_;
        for (const Step& step : steps_) {
            if (step.end_event <= cut) {
                at_least = step.after;
                durable = step.checkpoint ? step.after : durable;
            }
            if (step.first_event < cut) {
                at_most = step.after;
            }
        }
        if (durability_ == Durability::none) {
            at_least = durable;
        }
        MemoryDisk disk(image);
        const std::optional<std::uint64_t> found = verify(disk);
        if (!::testing::Test::HasFailure()) {
            EXPECT_GE(found, at_least);
            EXPECT_LE(found, at_most);
            last_ = found;
            first_durable_ = found;
        }
    }

    /// Opens what is on the disk, reads everything and compares it with what was written. Returns
    /// the last block. An error is a failure, unless `refused` takes it.
    std::optional<std::uint64_t> verify(MemoryDisk& disk, std::optional<Error>* refused = nullptr) {
        const auto fail = [&](const Error& error) -> std::optional<std::uint64_t> {
            if (refused != nullptr) {
                *refused = error;
            } else {
                ADD_FAILURE() << error.message;
            }
            return std::nullopt;
        };
        const auto file = paged::ExtentFile::open(small_settings(disk, durability_));
        if (!file) {
            return fail(file.error());
        }
        const auto checkpoint = (*file)->checkpoint();
        std::optional<std::uint64_t> block;
        live_.clear();
        top_ = {};
        if (checkpoint) {
            const auto known = states_.find(checkpoint->root);
            if (known == states_.end() || known->second.checkpoint != *checkpoint) {
                ADD_FAILURE() << "a checkpoint that nobody made, of block " << checkpoint->block;
                return std::nullopt;
            }
            if (const Status status = check_records(**file, known->second); !status) {
                return fail(status.error());
            }
            block = checkpoint->block;
            live_ = known->second.records;
            top_ = checkpoint->top;
        }
        const Status replayed =
            (*file)->replay([&](std::uint64_t number, ByteView payload) -> Status {
                if (block) {
                    EXPECT_EQ(number, *block + 1);
                }
                EXPECT_TRUE(equal(payload, blocks_[number])) << "block " << number;
                block = number;
                return {};
            });
        if (!replayed) {
            return fail(replayed.error());
        }
        EXPECT_EQ((*file)->last_block(), block);
        return block;
    }

    [[nodiscard]] std::optional<std::uint64_t> last() const { return last_; }
    /// Draws from there from now on.
    void use(std::mt19937_64& random) { random_ = &random; }

  private:
    static constexpr std::size_t kOpenEnd = std::numeric_limits<std::size_t>::max();

    Status operate(Step& step) {
        switch ((*random_)() % 10) {
            case 0:
                return file_->flush();
            case 1:
            case 2:
            case 3:
                return change_records();
            case 4:
            case 5:
                return make_checkpoint(step);
            default:
                return log_block(step);
        }
    }

    Status change_records() {
        for (std::uint64_t n = (*random_)() % 6; n > 0; --n) {
            Bytes payload = random_bytes(*random_, random_size(*random_));
            const auto extent = file_->write(payload);
            if (!extent) {
                return extent.error();
            }
            EXPECT_TRUE(extent->sectors > paged::kPageSectors ||
                        extent->sector / paged::kPageSectors ==
                            (extent->sector + extent->sectors - 1) / paged::kPageSectors);
            live_.push_back({*extent, std::move(payload)});
        }
        for (std::uint64_t n = (*random_)() % 6; n > 0 && !live_.empty(); --n) {
            const std::size_t at = (*random_)() % live_.size();
            file_->release(live_[at].extent);
            live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
        }
        return {};
    }

    Status log_block(Step& step) {
        const std::uint64_t block = last_ ? *last_ + 1 : (*random_)() % 3;
        step.after = block;
        Bytes payload;
        std::vector<Bytes> pieces((*random_)() % 4);
        for (Bytes& piece : pieces) {
            piece = random_bytes(*random_, random_size(*random_));
            payload.insert(payload.end(), piece.begin(), piece.end());
        }
        blocks_[block] = payload;
        const std::vector<ByteView> views(pieces.begin(), pieces.end());
        COMMITBENCH_TRY(file_->log_block(block, views));
        last_ = block;
        return {};
    }

    Status make_checkpoint(Step& step) {
        COMMITBENCH_TRY(change_records());
        WrittenState state;
        // Sometimes of a block that was never logged, as at a load.
        state.checkpoint.block = last_ ? *last_ + (*random_)() % 2 : 0;
        state.checkpoint.root = Root::from(random_bytes(*random_, 32));
        state.checkpoint.keys = (*random_)();
        state.records = live_;
        state.top = random_bytes(*random_, random_size(*random_));
        const auto top = file_->write(state.top);
        if (!top) {
            return top.error();
        }
        state.checkpoint.top = *top;
        file_->release(top_);
        top_ = *top;
        step.after = state.checkpoint.block;
        step.checkpoint = true;
        states_[state.checkpoint.root] = state;
        COMMITBENCH_TRY(file_->commit_checkpoint(state.checkpoint));
        last_ = state.checkpoint.block;
        return {};
    }

    static Status check_records(paged::ExtentFile& file, const WrittenState& state) {
        auto reader = file.open_reader();
        if (!reader) {
            return reader.error();
        }
        std::vector<paged::ExtentReader::Request> requests{{state.checkpoint.top, {}}};
        for (const WrittenRecord& record : state.records) {
            requests.push_back({record.extent, {}});
        }
        COMMITBENCH_TRY((*reader)->read(requests));
        EXPECT_TRUE(equal(requests.front().payload, state.top));
        for (std::size_t i = 0; i < state.records.size(); ++i) {
            EXPECT_TRUE(equal(requests[i + 1].payload, state.records[i].payload));
        }
        return {};
    }

    std::mt19937_64* random_;
    Durability durability_;
    paged::ExtentFile* file_ = nullptr;  // during run()
    Step start_;                         // the open
    std::vector<Step> steps_;
    std::vector<WrittenRecord> live_;
    paged::Extent top_{};
    std::optional<std::uint64_t> last_;
    std::optional<std::uint64_t> first_durable_;  // last block when this life began
    std::map<Root, WrittenState> states_;
    std::map<std::uint64_t, Bytes> blocks_;
};

}  // namespace commitbench::testing
