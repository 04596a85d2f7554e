// SPDX-License-Identifier: Apache-2.0
//! Which block the state is at. NOMT keeps no block numbers; it counts its commits, in the page
//! that makes a commit final. So a block's number follows from the commit's, by *anchors* in a
//! small file of our own:
//!
//!     commitbench nomt 1            anchor:  commit 12 is block 0
//!     commit 12 is block 0          then     commit 13 is block 1, 14 is 2, ...
//!
//! Blocks come one after the other, one commit each, so the file is written after a load and then
//! hardly ever: no sync is added to NOMT's own. Where a block does not follow the one before, its
//! anchor is written before its commit, and the older one stays beside it. A crash before the
//! commit leaves NOMT's count below the new anchor, and the older one still answers; after it, the
//! new one does. The file is replaced as a whole: a new one is written, synced and renamed.

use crate::abi::{CB_BAD_INPUT, CB_CORRUPT};
use crate::fault::Fault;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const NAME: &str = "position";
const NEW_NAME: &str = "position.new";
const FIRST_LINE: &str = "commitbench nomt 1";
const NOTHING: &str = "nothing";
const LOADING: &str = "loading";

/// From this commit on, every commit is a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Anchor {
    commit: u32,
    block: u64,
}

impl Anchor {
    fn block_of(self, commit: u32) -> u64 {
        self.block + u64::from(commit - self.commit)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Record {
    /// No file.
    Unused,
    /// NOMT's folder may be there, and nothing in it was ever persisted.
    Nothing,
    /// A load has begun and not ended.
    Loading,
    /// In ascending order of commits; one or two.
    Blocks(Vec<Anchor>),
}

/// The file, and what it says. One process uses it at a time: NOMT's own lock sees to that.
#[derive(Debug)]
pub struct PositionFile {
    folder: PathBuf,
    record: Record,
}

impl PositionFile {
    /// Fails where the file cannot be read or is none of ours.
    pub fn read(folder: &Path) -> Result<Self, Fault> {
        let path = folder.join(NAME);
        let record = match fs::read_to_string(&path) {
            Ok(text) => parse(&text).ok_or_else(|| {
                Fault::new(
                    CB_CORRUPT,
                    format!(
                        "{} is not what this plug-in wrote: delete the folder and load again",
                        path.display()
                    ),
                )
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => Record::Unused,
            Err(error) => return Err(Fault::of_file(&path, "read", &error)),
        };
        Ok(PositionFile {
            folder: folder.to_path_buf(),
            record,
        })
    }

    pub fn is_unused(&self) -> bool {
        self.record == Record::Unused
    }

    /// Whether anything was ever loaded or persisted, or is in the midst of it.
    pub fn holds_state(&self) -> bool {
        matches!(self.record, Record::Loading | Record::Blocks(_))
    }

    pub fn check_is_whole(&self) -> Result<(), Fault> {
        if self.record == Record::Loading {
            return Err(Fault::new(
                CB_BAD_INPUT,
                format!(
                    "the data folder '{}' holds a load that was cut short: delete the folder and \
                     load again",
                    self.folder.display()
                ),
            ));
        }
        Ok(())
    }

    /// The block that this commit of NOMT's made; None before the first.
    pub fn block_of(&self, commit: u32) -> Option<u64> {
        self.anchor_of(commit).map(|anchor| anchor.block_of(commit))
    }

    fn anchor_of(&self, commit: u32) -> Option<Anchor> {
        let Record::Blocks(anchors) = &self.record else {
            return None;
        };
        anchors
            .iter()
            .rev()
            .find(|anchor| anchor.commit <= commit)
            .copied()
    }

    /// Before NOMT's folder is made: what may be found in it after a crash is ours, and nothing.
    pub fn write_nothing(&mut self) -> Result<(), Fault> {
        self.write(Record::Nothing)
    }

    pub fn begin_load(&mut self) -> Result<(), Fault> {
        self.write(Record::Loading)
    }

    /// NOMT has made so many commits, and their state is block 0.
    pub fn end_load(&mut self, commits: u32) -> Result<(), Fault> {
        self.write(Record::Blocks(vec![Anchor {
            commit: commits,
            block: 0,
        }]))
    }

    /// NOMT has made so many commits, and the next makes this block. Writes nothing where that is
    /// known.
    pub fn announce(&mut self, commits: u32, block: u64) -> Result<(), Fault> {
        let next = commits + 1;
        if self.block_of(next) == Some(block) {
            return Ok(());
        }
        let mut anchors: Vec<Anchor> = self.anchor_of(commits).into_iter().collect();
        anchors.push(Anchor {
            commit: next,
            block,
        });
        self.write(Record::Blocks(anchors))
    }

    /// Durable when it returns: the file, then its name and those beside it.
    fn write(&mut self, record: Record) -> Result<(), Fault> {
        let path = self.folder.join(NAME);
        let new = self.folder.join(NEW_NAME);
        File::create(&new)
            .and_then(|mut file| {
                file.write_all(text_of(&record).as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&new, &path))
            .and_then(|()| File::open(&self.folder)?.sync_all())
            .map_err(|error| Fault::of_file(&path, "written", &error))?;
        self.record = record;
        Ok(())
    }
}

fn text_of(record: &Record) -> String {
    let body = match record {
        Record::Unused => String::new(),
        Record::Nothing => format!("{NOTHING}\n"),
        Record::Loading => format!("{LOADING}\n"),
        Record::Blocks(anchors) => anchors
            .iter()
            .map(|anchor| format!("commit {} is block {}\n", anchor.commit, anchor.block))
            .collect(),
    };
    format!("{FIRST_LINE}\n{body}")
}

/// None where it is not exactly what text_of writes.
fn parse(text: &str) -> Option<Record> {
    let mut lines = text.lines();
    if lines.next() != Some(FIRST_LINE) {
        return None;
    }
    let rest: Vec<&str> = lines.collect();
    let record = match rest.as_slice() {
        [NOTHING] => Record::Nothing,
        [LOADING] => Record::Loading,
        [_] | [_, _] => Record::Blocks(
            rest.iter()
                .map(|line| parse_anchor(line))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    };
    if let Record::Blocks(anchors) = &record {
        if anchors.windows(2).any(|two| two[0].commit >= two[1].commit) {
            return None;
        }
    }
    (text_of(&record) == text).then_some(record)
}

fn parse_anchor(line: &str) -> Option<Anchor> {
    let (commit, block) = line.strip_prefix("commit ")?.split_once(" is block ")?;
    Some(Anchor {
        commit: commit.parse().ok()?,
        block: block.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    static FOLDERS: AtomicU32 = AtomicU32::new(0);

    /// A folder that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!(
                "commitbench-nomt-position-{}-{number}",
                std::process::id()
            ));
            fs::create_dir(&path).unwrap();
            Folder(path)
        }

        fn text(&self) -> String {
            fs::read_to_string(self.0.join(NAME)).unwrap()
        }

        fn file(&self) -> PositionFile {
            PositionFile::read(&self.0).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn loaded(folder: &Folder, commits: u32) -> PositionFile {
        let mut file = folder.file();
        file.begin_load().unwrap();
        file.end_load(commits).unwrap();
        file
    }

    #[test]
    fn an_unused_folder_is_at_no_block() {
        let folder = Folder::new();
        let file = folder.file();
        assert!(file.is_unused() && !file.holds_state());
        assert_eq!(file.block_of(0), None);
    }

    #[test]
    fn a_load_that_was_cut_short_is_refused() {
        let folder = Folder::new();
        folder.file().begin_load().unwrap();
        let file = folder.file();
        assert!(file.holds_state());
        let fault = file.check_is_whole().unwrap_err();
        assert_eq!(fault.code, CB_BAD_INPUT);
        assert!(fault.text.contains("cut short"), "{}", fault.text);
    }

    #[test]
    fn blocks_in_order_write_nothing() {
        let folder = Folder::new();
        let mut file = loaded(&folder, 12);
        let before = folder.text();
        for block in 1..=5u32 {
            file.announce(11 + block, u64::from(block)).unwrap();
        }
        assert_eq!(folder.text(), before);
        assert_eq!(folder.file().block_of(12), Some(0));
        assert_eq!(folder.file().block_of(17), Some(5));
    }

    #[test]
    fn a_crash_before_the_commit_leaves_the_block_before() {
        let folder = Folder::new();
        let mut file = loaded(&folder, 3);
        file.announce(5, 100).unwrap();
        assert_eq!(folder.file().block_of(5), Some(2));
        assert_eq!(folder.file().block_of(6), Some(100));
        assert_eq!(folder.file().block_of(7), Some(101));
    }

    #[test]
    fn an_announcement_that_came_to_nothing_is_replaced() {
        let folder = Folder::new();
        loaded(&folder, 3).announce(5, 100).unwrap();
        let mut file = folder.file();
        file.announce(5, 3).unwrap();
        assert_eq!(folder.file().block_of(6), Some(3));
        assert_eq!(folder.file().block_of(4), Some(1));
    }

    #[test]
    fn a_block_without_a_load_is_announced() {
        let folder = Folder::new();
        let mut file = folder.file();
        file.write_nothing().unwrap();
        assert!(!folder.file().is_unused() && !folder.file().holds_state());
        file.announce(0, 1).unwrap();
        assert_eq!(folder.file().block_of(0), None);
        assert_eq!(folder.file().block_of(1), Some(1));
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let folder = Folder::new();
        for text in [
            "",
            "commitbench nomt 2\nnothing\n",
            "commitbench nomt 1\n",
            "commitbench nomt 1\nnothing",
            "commitbench nomt 1\ncommit 1 is block x\n",
            "commitbench nomt 1\ncommit 01 is block 2\n",
            "commitbench nomt 1\ncommit 2 is block 2\ncommit 2 is block 3\n",
            "commitbench nomt 1\ncommit 1 is block 1\ncommit 2 is block 3\ncommit 3 is block 9\n",
        ] {
            fs::write(folder.0.join(NAME), text).unwrap();
            let fault = PositionFile::read(&folder.0).unwrap_err();
            assert_eq!(fault.code, CB_CORRUPT, "{text:?}");
        }
    }
}
