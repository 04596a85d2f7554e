// SPDX-License-Identifier: Apache-2.0
// Backend: keeps the state, serves reads, turns a StateDiff into a durable state and a Root.
#pragma once

#include "harness/core/observer.hpp"
#include "harness/core/result.hpp"
#include "harness/core/state_diff.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace commitbench {

class WorkerPool;  // harness/runtime/worker_pool.hpp

/// When a persisted block is safe. The same meaning, and the same number of syncs a block, for
/// every backend.
enum class Durability : std::uint8_t {
    none,   ///< survives the process, not the power cut
    block,  ///< persist() returns only when the block survives power loss
};

/// What a cell gives its backend.
struct CellResources {
    std::filesystem::path directory;  ///< for files; empty where the backend keeps none. Exists.
    std::uint64_t memory_budget = 0;  ///< bytes for all caches and resident state of the cell
    Durability durability = Durability::none;
    /// Threads for what runs in parallel; null: the caller's thread alone. Outlives the backend.
    WorkerPool* workers = nullptr;
};

/// Serves the state before the block. One a thread; each is used by one thread at a time.
class StateReader {
  public:
    virtual ~StateReader() = default;
    /// The value, or nullopt where absent. The view is valid until this reader's next call, and no
    /// longer than the next stage(). Legal whenever the backend is not between stage() and the end
    /// of persist(). Sees the last persisted block. [thread-safe across readers]
    [[nodiscard]] virtual Result<std::optional<ByteView>> get(const StateKey& key) = 0;
};

/// Makes readers. They stay valid across blocks, but not across Backend::reopen().
class StateSource {
  public:
    virtual ~StateSource() = default;
    [[nodiscard]] virtual Result<std::unique_ptr<StateReader>> open_reader() = 0;
};

/// The first state, streamed in the order the backend asked for (Backend::path_of).
class SortedState {
  public:
    virtual ~SortedState() = default;
    /// The next key and value (valid until the next call), or false at the end. Paths ascend
    /// strictly.
    [[nodiscard]] virtual Result<bool> next(StateKey& key, ByteView& value) = 0;
    /// How many next() will give in all.
    [[nodiscard]] virtual std::uint64_t size() const = 0;
};

/// The last persisted block and its root.
struct Position {
    std::uint64_t block = 0;  ///< 0 is the first state
    Root root;                ///< all zero where the scheme is "none"
};

/// One step of a script (`commitbench root`): a key of any length.
struct KeyChange {
    Bytes key;
    Bytes value;  ///< meaningful unless deleted
    bool deleted = false;
};

/// A proof of presence or absence in the backend's own format.
struct Proof {
    std::vector<Bytes> items;
};

/// What a verified proof shows.
struct Verdict {
    bool valid = false;            ///< the proof leads to the root
    std::optional<Bytes> value{};  ///< where valid: the value proved, or nullopt for proved absence
};

/// Order of life: open (the registry's create), load on an empty one, then for each block
/// stage -> merkleize -> persist, once each. After an Error of any of these four only the
/// destructor may follow; what was persisted before stays readable on the next open. All calls but
/// readers' come from one thread at a time.
class Backend : public StateSource {
  public:
    /// "none", or what the root commits to, as "mpt-keccak256": backends with equal schemes must
    /// give equal roots for equal states.
    [[nodiscard]] virtual std::string commitment_scheme() const = 0;

    /// Where this backend wants `key` in sorted order. Identity unless it hashes keys.
    [[nodiscard]] virtual StateKey path_of(const StateKey& key) const { return key; }

    /// True where nothing was ever loaded or persisted.
    [[nodiscard]] virtual bool empty() const = 0;
    [[nodiscard]] virtual Position persisted() const = 0;

    /// Takes the whole first state and makes it block 0, durably. INVARIANT: empty(). Untimed. A
    /// load that was cut short is refused on the next open.
    virtual Status load(SortedState& state) = 0;

    /// Loads what the diff touches and applies it in memory. `diff` must outlive persist().
    virtual Status stage(const StateDiff& diff) = 0;
    /// The same for a script's keys, in order of the script (the last change of a key wins).
    /// `changes` must outlive persist() too.
    virtual Status stage_keys(std::span<const KeyChange> changes);
    /// Key length that stage_keys demands; nullopt for any.
    [[nodiscard]] virtual std::optional<std::size_t> key_length() const { return 32; }
    /// Hashes to the root.
    virtual Result<Root> merkleize() = 0;
    /// Writes the block as number `block`, atomically.
    virtual Status persist(std::uint64_t block) = 0;

    /// Closes the files and opens them again; whatever was only in memory is gone. A memory store
    /// keeps its bytes: they are its files. Readers opened before are invalid.
    virtual Status reopen() = 0;

    /// Against the last persisted root. Unsupported unless the scheme is a tree.
    virtual Result<Proof> prove(ByteView key);
    [[nodiscard]] virtual Result<Verdict> verify(const Root& root,
                                                 ByteView key,
                                                 const Proof& proof) const;

    virtual void counters(CounterVisitor& visitor) const = 0;
    virtual void facts(FactVisitor& visitor) const = 0;
};

}  // namespace commitbench
