// SPDX-License-Identifier: Apache-2.0
//! The life of a backend: load, then stage, merkleize and persist for each block, and readers in
//! between. In the data folder NOMT has a folder of its own, for it takes only an empty one for
//! new, and beside it lies the file of position.rs.

use crate::abi::{CB_BAD_INPUT, CB_CORRUPT, CB_UNSUPPORTED};
use crate::database::{BlockSession, Database, Writes};
use crate::fault::Fault;
use crate::position::PositionFile;
use crate::settings::{Settings, Sizes, PAGE};
use nomt::trie::KeyPath;
use nomt::{FinishedSession, KeyReadWrite};
use std::ffi::CStr;
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The release that Cargo.toml pins.
pub const NOMT_VERSION: &CStr = c"1.0.4";

const NOMT_FOLDER: &str = "nomt";
/// NOMT's file of the hash table.
const TABLE: &str = "ht";
/// Keys of one commit of a load: a few hundred bytes each in NOMT's staging.
const LOAD_BATCH: usize = 1 << 17;

/// What the host gives.
pub struct Cell {
    pub directory: PathBuf,
    pub memory_budget: u64,
    pub workers: u32,
    pub durability_asked: &'static str,
}

/// The net write of a key; None deletes it, and an empty value is present.
pub struct Change<'a> {
    pub key: KeyPath,
    pub value: Option<&'a [u8]>,
}

/// The first state in ascending order of keys.
pub trait Entries {
    fn size(&self) -> u64;
    /// Adds entries until `batch` has `most`; false where there are no more.
    fn fill(&mut self, most: usize, batch: &mut Writes) -> Result<bool, Fault>;
}

/// Empty until NOMT is opened, which a new one is when it is known for how many keys.
#[derive(Default)]
struct Shared {
    database: OnceLock<Database>,
}

/// How far the block has come.
enum Step {
    Idle,
    Staged(BlockSession, Writes),
    Merkleized(FinishedSession),
}

pub struct Backend {
    // Before `shared`, so that its session ends first.
    step: Step,
    shared: Arc<Shared>,
    position: PositionFile,
    settings: Settings,
    sizes: Sizes,
    cell: Cell,
}

/// Where the state is.
pub struct Position {
    pub block: u64,
    pub root: [u8; 32],
}

pub struct Fact {
    pub name: &'static str,
    pub value: String,
    pub why: &'static str,
}

pub struct Reader {
    shared: Arc<Shared>,
    value: Option<Vec<u8>>,
}

// Objects of one go from thread to thread, and readers are used by several at the same time.
const _: fn() = || {
    fn goes_from_thread_to_thread<T: Send>() {}
    fn is_used_by_several<T: Send + Sync>() {}
    goes_from_thread_to_thread::<Backend>();
    goes_from_thread_to_thread::<Reader>();
    is_used_by_several::<Shared>();
};

impl Backend {
    pub fn open(given: &[(&str, &str)], cell: Cell) -> Result<Self, Fault> {
        let settings = Settings::parse(given)?;
        let buckets = settings.buckets_for(0).into();
        let sizes = settings.sizes(cell.memory_budget, cell.workers, buckets)?;
        let position = PositionFile::read(&cell.directory)?;
        let mut backend = Backend {
            step: Step::Idle,
            shared: Arc::default(),
            position,
            settings,
            sizes,
            cell,
        };
        backend.open_what_is_there()?;
        Ok(backend)
    }

    /// None where nothing was ever loaded or persisted.
    pub fn position(&self) -> Option<Position> {
        let database = self.shared.database.get()?;
        let block = self.position.block_of(database.commits())?;
        Some(Position {
            block,
            root: database.root(),
        })
    }

    pub fn load(&mut self, entries: &mut dyn Entries) -> Result<(), Fault> {
        if self.position().is_some() {
            return Err(Fault::new(
                CB_BAD_INPUT,
                "a first state is loaded into an empty folder, and this one has a state",
            ));
        }
        self.position.begin_load()?;
        let shared = Arc::clone(&self.shared);
        let database = self.database_for(&shared, entries.size())?;
        let mut batch = Writes::with_capacity(LOAD_BATCH);
        loop {
            let more = entries.fill(LOAD_BATCH, &mut batch)?;
            if !batch.is_empty() {
                let full = mem::replace(&mut batch, Writes::with_capacity(LOAD_BATCH));
                database.write(full)?;
            }
            if !more {
                break;
            }
        }
        self.position.end_load(database.commits())?;
        database.begin();
        Ok(())
    }

    /// Ends the session that readers read through, and makes NOMT's list of writes. Values are
    /// copied: NOMT wants its own.
    pub fn stage<'a>(&mut self, changes: impl Iterator<Item = Change<'a>>) -> Result<(), Fault> {
        if !matches!(self.step, Step::Idle) {
            return Err(Fault::out_of_order("stage"));
        }
        let shared = Arc::clone(&self.shared);
        let database = self.database_for(&shared, 0)?;
        // NOMT 1.0.4 panics where a commit deletes from an empty state: leaf_stage.rs goes through
        // the pairs of a list of changes that is then empty. There is nothing to delete.
        let nothing_there = database.root() == [0; 32];
        let session = database.take_session();
        let writes = changes
            .filter(|change| !nothing_there || change.value.is_some())
            .map(|change| {
                session.warm_up(&change.key);
                let value = change.value.map(<[u8]>::to_vec);
                (change.key, KeyReadWrite::Write(value))
            })
            .collect();
        self.step = Step::Staged(session, writes);
        Ok(())
    }

    pub fn merkleize(&mut self) -> Result<[u8; 32], Fault> {
        let Step::Staged(session, writes) = mem::replace(&mut self.step, Step::Idle) else {
            return Err(Fault::out_of_order("merkleize"));
        };
        let finished = session.finish(writes)?;
        let root = finished.root().into_inner();
        self.step = Step::Merkleized(finished);
        Ok(root)
    }

    pub fn persist(&mut self, block: u64) -> Result<(), Fault> {
        let Step::Merkleized(finished) = mem::replace(&mut self.step, Step::Idle) else {
            return Err(Fault::out_of_order("persist"));
        };
        let shared = Arc::clone(&self.shared);
        let database = self.database_for(&shared, 0)?;
        self.position.announce(database.commits(), block)?;
        database.commit(finished)?;
        database.begin();
        Ok(())
    }

    /// Readers are gone: one that is left would keep the old NOMT open, and its lock.
    pub fn reopen(&mut self) -> Result<(), Fault> {
        self.step = Step::Idle;
        let open = mem::take(&mut self.shared);
        match Arc::try_unwrap(open) {
            Ok(shared) => drop(shared),
            Err(shared) => {
                self.shared = shared;
                return Err(Fault::new(
                    CB_UNSUPPORTED,
                    "reopen while readers are open: they are closed first",
                ));
            }
        }
        self.position = PositionFile::read(&self.cell.directory)?;
        self.open_what_is_there()
    }

    pub fn reader(&self) -> Reader {
        Reader {
            shared: Arc::clone(&self.shared),
            value: None,
        }
    }

    pub fn counters(&self) -> Vec<(&'static str, u64)> {
        let Some(database) = self.shared.database.get() else {
            return Vec::new();
        };
        let mut counters = vec![("commits", u64::from(database.commits()))];
        if self.settings.metrics {
            let (requests, misses) = database.page_requests();
            counters.push(("merkle_page_requests", requests));
            counters.push(("merkle_page_misses", misses));
        }
        counters
    }

    pub fn facts(&self) -> Vec<Fact> {
        let fact = |name, value: String, why| Fact { name, value, why };
        let sizes = &self.sizes;
        let mut facts = vec![
            fact(
                "nomt",
                NOMT_VERSION.to_string_lossy().into_owned(),
                "the crate, without debug assertions",
            ),
            fact(
                "commitment_scheme",
                "nomt-blake3".to_owned(),
                "witnesses are off, and so is rollback",
            ),
            fact(
                "durability_kept",
                "block".to_owned(),
                match self.cell.durability_asked {
                    "block" => "as asked",
                    _ => "NOMT syncs at every commit, and nothing else was to be had",
                },
            ),
            fact(
                "commit_concurrency",
                sizes.commit_concurrency.to_string(),
                "threads of NOMT's own, not of the cell's pool",
            ),
            fact(
                "io_workers",
                sizes.io_workers.to_string(),
                "threads that spin while I/O is under way",
            ),
            fact(
                "page_cache",
                format!("{}MiB", sizes.page_cache_mib),
                "Merkle pages below the upper levels",
            ),
            fact(
                "page_cache_upper_levels",
                sizes.upper_levels.to_string(),
                "always cached, beside page_cache",
            ),
            fact(
                "leaf_cache",
                format!("{}MiB", sizes.leaf_cache_mib),
                "what is over is dropped at commits only, so reads may exceed it",
            ),
        ];
        if let Some(database) = self.shared.database.get() {
            let (used, all) = database.buckets();
            facts.push(fact(
                "buckets",
                format!("{used} of {all}"),
                "Merkle pages in the hash table, whose size never changes",
            ));
        }
        facts
    }

    fn folder(&self) -> PathBuf {
        self.cell.directory.join(NOMT_FOLDER)
    }

    fn open_what_is_there(&mut self) -> Result<(), Fault> {
        self.position.check_is_whole()?;
        let folder = self.folder();
        if !self.position.holds_state() {
            return self.clear(&folder);
        }
        if !folder.is_dir() {
            return Err(Fault::new(
                CB_CORRUPT,
                format!(
                    "{} is not there, and the file beside it says that it holds a state: delete \
                     the data folder and load again",
                    folder.display()
                ),
            ));
        }
        let shared = Arc::clone(&self.shared);
        let database = self.database_for(&shared, 0)?;
        let commits = database.commits();
        if self.position.block_of(commits).is_some() {
            database.begin();
            return Ok(());
        }
        if commits > 0 {
            return Err(Fault::new(
                CB_CORRUPT,
                format!(
                    "{} and the file beside it are not of one state: delete the data folder and \
                     load again",
                    folder.display()
                ),
            ));
        }
        // The first block was announced, and then came a crash.
        drop(shared);
        self.shared = Arc::default();
        self.clear(&folder)
    }

    /// Of what was made before anything was persisted. A folder that this plug-in did not make
    /// stays, and is refused.
    fn clear(&self, folder: &Path) -> Result<(), Fault> {
        if !folder.exists() {
            return Ok(());
        }
        if self.position.is_unused() {
            return Err(Fault::new(
                CB_BAD_INPUT,
                format!(
                    "{} is not of this plug-in: choose an empty data folder",
                    folder.display()
                ),
            ));
        }
        fs::remove_dir_all(folder).map_err(|error| Fault::of_file(folder, "removed", &error))
    }

    /// Opens NOMT if it is not. `keys`: of the state that a new one is for.
    fn database_for<'a>(&mut self, shared: &'a Shared, keys: u64) -> Result<&'a Database, Fault> {
        if let Some(database) = shared.database.get() {
            return Ok(database);
        }
        if self.position.is_unused() {
            self.position.write_nothing()?;
        }
        let new_buckets = self.settings.buckets_for(keys);
        let folder = self.folder();
        let buckets = buckets_of(&folder).unwrap_or(new_buckets.into());
        let (budget, workers) = (self.cell.memory_budget, self.cell.workers);
        self.sizes = self.settings.sizes(budget, workers, buckets)?;
        let database = Database::open(&folder, &self.settings, &self.sizes, new_buckets)?;
        Ok(shared.database.get_or_init(|| database))
    }
}

/// Of the table that is there, or a few more: its file begins with a byte for each.
fn buckets_of(folder: &Path) -> Option<u64> {
    let table = fs::metadata(folder.join(TABLE)).ok()?;
    Some(table.len() / PAGE)
}

impl Reader {
    /// Valid until the next call.
    pub fn get(&mut self, key: &KeyPath) -> Result<Option<&[u8]>, Fault> {
        self.value = match self.shared.database.get() {
            Some(database) => database.read(key)?,
            None => None,
        };
        Ok(self.value.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::NOMT_VERSION;

    #[test]
    fn the_version_is_the_one_that_is_pinned() {
        let manifest = include_str!("../Cargo.toml");
        let version = NOMT_VERSION.to_str().unwrap();
        assert!(manifest.contains(&format!("nomt = {{ version = \"={version}\"")));
    }
}
