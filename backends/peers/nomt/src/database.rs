// SPDX-License-Identifier: Apache-2.0
//! An open NOMT with the session of the block to come.
//!
//! NOMT reads through sessions, and a commit waits until every session has ended. So there is one
//! at a time, as NOMT's own benchmark has it: it begins when a block is persisted, all readers read
//! through it, and finishing it is what the next block is made of.

use crate::abi::CB_UNSUPPORTED;
use crate::fault::Fault;
use crate::settings::{Settings, Sizes, WarmUp};
use nomt::hasher::Blake3Hasher;
use nomt::trie::KeyPath;
use nomt::{
    check_iou_permissions, FinishedSession, IoUringPermission, KeyReadWrite, Nomt, Options,
    Session, SessionParams, WitnessMode,
};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// In ascending order of keys.
pub type Writes = Vec<(KeyPath, KeyReadWrite)>;

pub struct Database {
    // Before `nomt`, so that it ends first.
    session: RwLock<Option<BlockSession>>,
    nomt: Nomt<Blake3Hasher>,
    warm_up: WarmUp,
}

impl Database {
    /// Opens what is in `folder`, or makes a new NOMT with a table of `new_buckets` there.
    pub fn open(
        folder: &Path,
        settings: &Settings,
        sizes: &Sizes,
        new_buckets: u32,
    ) -> Result<Self, Fault> {
        check_io_uring()?;
        let mut options = Options::new();
        options.path(folder);
        options.commit_concurrency(sizes.commit_concurrency);
        options.io_workers(sizes.io_workers);
        options.metrics(settings.metrics);
        options.hashtable_buckets(new_buckets);
        options.rollback(false);
        options.warm_up(settings.warm_up != WarmUp::Off);
        options.preallocate_ht(settings.preallocate);
        options.page_cache_size(sizes.page_cache_mib);
        options.leaf_cache_size(sizes.leaf_cache_mib);
        options.prepopulate_page_cache(settings.prepopulate);
        options.page_cache_upper_levels(sizes.upper_levels);
        let nomt = Nomt::open(options).map_err(|error| Fault::of_nomt("opening", &error))?;
        let database = Database {
            session: RwLock::new(None),
            nomt,
            warm_up: settings.warm_up,
        };
        settings.check_buckets(database.buckets().1)?;
        Ok(database)
    }

    /// How often it has committed, ever; in the page that makes a commit final.
    pub fn commits(&self) -> u32 {
        self.nomt.sync_seqn()
    }

    pub fn root(&self) -> [u8; 32] {
        self.nomt.root().into_inner()
    }

    /// Used, and in all.
    pub fn buckets(&self) -> (usize, usize) {
        let table = self.nomt.hash_table_utilization();
        (table.occupied, table.capacity)
    }

    /// Merkle pages asked for, and those of them that were not cached. Only where metrics are on.
    pub fn page_requests(&self) -> (u64, u64) {
        let metrics = self.nomt.metrics();
        (metrics.get_page_requests(), metrics.get_page_cache_misses())
    }

    /// Lets readers in.
    pub fn begin(&self) {
        *self.session_mut() = Some(self.new_session());
    }

    /// Ends what readers read through, to make a block of it.
    pub fn take_session(&self) -> BlockSession {
        let begun = self.session_mut().take();
        begun.unwrap_or_else(|| self.new_session())
    }

    /// Of several threads at a time.
    pub fn read(&self, key: &KeyPath) -> Result<Option<Vec<u8>>, Fault> {
        let session = self.session();
        let session = session.as_ref().ok_or_else(|| {
            Fault::new(
                CB_UNSUPPORTED,
                "a reader reads between a block's persist and the next stage only",
            )
        })?;
        if self.warm_up == WarmUp::Reads {
            session.warm_up(key);
        }
        session.read(key)
    }

    /// Durable when it returns. No session may be alive.
    pub fn commit(&self, finished: FinishedSession) -> Result<(), Fault> {
        finished
            .commit(&self.nomt)
            .map_err(|error| Fault::of_nomt("committing", &error))
    }

    /// A session, its root and its commit in one.
    pub fn write(&self, writes: Writes) -> Result<(), Fault> {
        let finished = self.take_session().finish(writes)?;
        self.commit(finished)
    }

    fn new_session(&self) -> BlockSession {
        let parameters = SessionParams::default().witness_mode(WitnessMode::disabled());
        BlockSession {
            session: Some(self.nomt.begin_session(parameters)),
            warms_up: self.warm_up != WarmUp::Off,
        }
    }

    // Whoever panicked while it held the lock has left nothing half done: what it guards is put or
    // taken whole.
    fn session(&self) -> RwLockReadGuard<'_, Option<BlockSession>> {
        self.session.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn session_mut(&self) -> RwLockWriteGuard<'_, Option<BlockSession>> {
        self.session.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that is always finished. NOMT's task that follows warm-up hints takes a session that
/// merely goes away for a bug: it panics, and holds the database's lock until it has.
pub struct BlockSession {
    session: Option<Session<Blake3Hasher>>,
    warms_up: bool,
}

impl BlockSession {
    /// A hint that this key's Merkle pages will be wanted. Nothing where warm-up is off.
    pub fn warm_up(&self, key: &KeyPath) {
        if let (true, Some(session)) = (self.warms_up, &self.session) {
            session.warm_up(*key);
        }
    }

    fn read(&self, key: &KeyPath) -> Result<Option<Vec<u8>>, Fault> {
        let session = self.session.as_ref();
        session
            .ok_or_else(|| Fault::out_of_order("reader_get"))?
            .read(*key)
            .map_err(|error| Fault::of_nomt("reading", &error))
    }

    /// Computes the root, in NOMT's own threads. Nothing is written.
    pub fn finish(mut self, writes: Writes) -> Result<FinishedSession, Fault> {
        let session = self.session.take();
        session
            .ok_or_else(|| Fault::out_of_order("merkleize"))?
            .finish(writes)
            .map_err(|error| Fault::of_nomt("computing the root", &error))
    }
}

impl Drop for BlockSession {
    fn drop(&mut self) {
        if let (true, Some(session)) = (self.warms_up, self.session.take()) {
            // Its result is wanted by nobody, and a panic here, on the way of another one, would
            // end the process.
            let _ = catch_unwind(AssertUnwindSafe(|| session.finish(Writes::new())));
        }
    }
}

/// Without io_uring NOMT panics in a thread of its own, at the first read.
fn check_io_uring() -> Result<(), Fault> {
    match check_iou_permissions() {
        IoUringPermission::Allowed => Ok(()),
        IoUringPermission::Denied => Err(Fault::new(
            CB_UNSUPPORTED,
            "NOMT needs io_uring, and this process may not use it: allow it (Docker's default \
             seccomp profile does not; kernel.io_uring_disabled must be 0)",
        )),
        IoUringPermission::NotSupported => Err(Fault::new(
            CB_UNSUPPORTED,
            "NOMT needs io_uring of Linux 6.0 or newer: use a newer kernel",
        )),
    }
}
