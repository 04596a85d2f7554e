// SPDX-License-Identifier: Apache-2.0
//! The options, and the sizes that follow from them and from the cell where they are left to the
//! plug-in (`auto`).

use crate::abi::{cb_option, CB_BAD_INPUT, CB_BOOLEAN, CB_CHOICE, CB_INTEGER};
use crate::fault::Fault;
use std::ffi::CStr;

const fn row(
    key: &'static CStr,
    kind: i32,
    unit: &'static CStr,
    default_value: &'static CStr,
    range: &'static CStr,
    help: &'static CStr,
) -> cb_option {
    cb_option {
        key: key.as_ptr(),
        kind,
        unit: unit.as_ptr(),
        default_value: default_value.as_ptr(),
        range: range.as_ptr(),
        help: help.as_ptr(),
    }
}

pub static OPTIONS: [cb_option; 10] = [
    row(
        c"commit-concurrency",
        CB_INTEGER,
        c"threads",
        c"auto",
        c"auto|1..64",
        c"NOMT's commit workers; auto: as many as the cell has workers (NOMT's own default: 1)",
    ),
    row(
        c"io-workers",
        CB_INTEGER,
        c"threads",
        c"auto",
        c"auto|1..64",
        c"NOMT's I/O threads, a ring each, which spin while I/O is under way; auto: 3 as NOMT's \
          own default, but no more than the cell has workers",
    ),
    row(
        c"page-cache",
        CB_INTEGER,
        c"MiB",
        c"auto",
        c"auto|1..1048576",
        c"cache of Merkle pages below the upper levels; auto: half of what three quarters of the \
          budget leave beside those (NOMT's own default: 256)",
    ),
    row(
        c"leaf-cache",
        CB_INTEGER,
        c"MiB",
        c"auto",
        c"auto|1..1048576",
        c"cache of B-tree leaves, where values are; auto: as page-cache (NOMT's own default: 256)",
    ),
    row(
        c"page-cache-upper-levels",
        CB_INTEGER,
        c"levels",
        c"auto",
        c"auto|0..4",
        c"upper levels of Merkle pages that always stay cached: 1 takes 256 KiB, 2 16 MiB, 3 1 \
          GiB; auto: the most up to 3 that take at most three eighths of the budget (NOMT's own \
          default: 2; its benchmark's: 3)",
    ),
    row(
        c"buckets",
        CB_INTEGER,
        c"4 KiB",
        c"auto",
        c"auto|1000..4000000000",
        c"places for Merkle pages in the hash table, whose size is fixed when the state is \
          loaded; auto: one for every 16 keys loaded, and 64000 at least (NOMT's own default: \
          64000)",
    ),
    row(
        c"preallocate",
        CB_BOOLEAN,
        c"",
        c"on",
        c"",
        c"gives the hash table all its disk space when it is made",
    ),
    row(
        c"prepopulate",
        CB_BOOLEAN,
        c"",
        c"off",
        c"",
        c"reads the upper levels of Merkle pages when the database is opened",
    ),
    row(
        c"warm-up",
        CB_CHOICE,
        c"",
        c"off",
        c"off|writes|reads",
        c"NOMT's hints that fetch Merkle pages early: writes: of the block's changes, in stage; \
          reads: of keys that execution reads too",
    ),
    row(
        c"metrics",
        CB_BOOLEAN,
        c"",
        c"off",
        c"",
        c"NOMT's own counters; they cost two readings of the clock for every value read",
    ),
];

/// When Session::warm_up is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUp {
    Off,
    Writes,
    Reads,
}

/// As the user wants it; None is `auto`.
#[derive(Clone, Debug)]
pub struct Settings {
    commit_concurrency: Option<u64>,
    io_workers: Option<u64>,
    page_cache: Option<u64>,
    leaf_cache: Option<u64>,
    upper_levels: Option<u64>,
    buckets: Option<u64>,
    pub preallocate: bool,
    pub prepopulate: bool,
    pub warm_up: WarmUp,
    pub metrics: bool,
}

/// What NOMT is opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub commit_concurrency: usize,
    pub io_workers: usize,
    pub page_cache_mib: usize,
    pub leaf_cache_mib: usize,
    pub upper_levels: usize,
}

const MIB: u64 = 1 << 20;
const PAGE: u64 = 4096;
/// NOMT's own default.
const MOST_IO_WORKERS: u64 = 3;
const MOST_UPPER_LEVELS: u64 = 3;
/// A page is kept for 20 or more leaves, so uniform keys make at most one for every 28 keys: 64^d *
/// P[Poisson(n / 64^d) >= 20], summed over the depths d and largest where n / 64^d is near 26. One
/// place for 16 keys is then at most four sevenths full.
const KEYS_FOR_A_BUCKET: u64 = 16;
const LEAST_BUCKETS: u64 = 64_000;

impl Settings {
    /// `given` has every option of the table, as the host promises; values have been checked by
    /// their rows.
    pub fn parse(given: &[(&str, &str)]) -> Result<Self, Fault> {
        let text = |key: &str| {
            given
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| *value)
                .ok_or_else(|| {
                    Fault::new(
                        CB_BAD_INPUT,
                        format!("the host gave no value for the option {key}: it must give all"),
                    )
                })
        };
        let number = |key: &str| -> Result<Option<u64>, Fault> {
            match text(key)? {
                "auto" => Ok(None),
                digits => digits.parse().map(Some).map_err(|_| bad(key, digits)),
            }
        };
        let switch = |key: &str| -> Result<bool, Fault> {
            match text(key)? {
                "on" => Ok(true),
                "off" => Ok(false),
                other => Err(bad(key, other)),
            }
        };
        Ok(Settings {
            commit_concurrency: number("commit-concurrency")?,
            io_workers: number("io-workers")?,
            page_cache: number("page-cache")?,
            leaf_cache: number("leaf-cache")?,
            upper_levels: number("page-cache-upper-levels")?,
            buckets: number("buckets")?,
            preallocate: switch("preallocate")?,
            prepopulate: switch("prepopulate")?,
            warm_up: match text("warm-up")? {
                "off" => WarmUp::Off,
                "writes" => WarmUp::Writes,
                "reads" => WarmUp::Reads,
                other => return Err(bad("warm-up", other)),
            },
            metrics: switch("metrics")?,
        })
    }

    /// The stated rule: three quarters of the budget are for caches (the rest is for NOMT's branch
    /// nodes and its table's bytes, both always in memory, for a block's own pages and for this
    /// program); upper levels first, half of the rest for either cache.
    pub fn sizes(&self, memory_budget: u64, workers: u32) -> Sizes {
        let caches = memory_budget / 4 * 3;
        let upper_levels = self.upper_levels.unwrap_or_else(|| {
            (0..=MOST_UPPER_LEVELS)
                .rev()
                .find(|levels| bytes_of_levels(*levels) <= caches / 2)
                .unwrap_or(0)
        });
        let rest = caches.saturating_sub(bytes_of_levels(upper_levels));
        let half = (rest / 2 / MIB).max(1);
        let workers = u64::from(workers.max(1));
        Sizes {
            commit_concurrency: self.commit_concurrency.unwrap_or(workers.min(64)) as usize,
            io_workers: self.io_workers.unwrap_or(workers.min(MOST_IO_WORKERS)) as usize,
            page_cache_mib: self.page_cache.unwrap_or(half) as usize,
            leaf_cache_mib: self.leaf_cache.unwrap_or(half) as usize,
            upper_levels: upper_levels as usize,
        }
    }

    /// Of a new table for a state of so many keys.
    pub fn buckets_for(&self, keys: u64) -> u32 {
        let buckets = self
            .buckets
            .unwrap_or((keys / KEYS_FOR_A_BUCKET).max(LEAST_BUCKETS));
        u32::try_from(buckets).unwrap_or(u32::MAX)
    }

    /// An existing table has the size that it has.
    pub fn check_buckets(&self, there: usize) -> Result<(), Fault> {
        match self.buckets {
            Some(wanted) if wanted != there as u64 => Err(Fault::new(
                CB_BAD_INPUT,
                format!(
                    "buckets={wanted}: this state's hash table has {there}, which NOMT cannot \
                     change: leave the option out, or load the state anew"
                ),
            )),
            _ => Ok(()),
        }
    }
}

fn bad(key: &str, value: &str) -> Fault {
    Fault::new(
        CB_BAD_INPUT,
        format!("{key}={value} is not what the option's row allows"),
    )
}

/// Levels 1 to `levels` of pages; the root page is not counted.
fn bytes_of_levels(levels: u64) -> u64 {
    (1..=levels).map(|level| PAGE << (6 * level)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn settings(changed: &[(&str, &str)]) -> Settings {
        let mut given: Vec<(&str, &str)> = OPTIONS_AND_DEFAULTS.to_vec();
        for (key, value) in changed {
            given.iter_mut().find(|(name, _)| name == key).unwrap().1 = *value;
        }
        Settings::parse(&given).unwrap()
    }

    /// As the host gives them.
    const OPTIONS_AND_DEFAULTS: [(&str, &str); 10] = [
        ("commit-concurrency", "auto"),
        ("io-workers", "auto"),
        ("page-cache", "auto"),
        ("leaf-cache", "auto"),
        ("page-cache-upper-levels", "auto"),
        ("buckets", "auto"),
        ("preallocate", "on"),
        ("prepopulate", "off"),
        ("warm-up", "off"),
        ("metrics", "off"),
    ];

    #[test]
    fn caches_take_three_quarters_of_the_budget() {
        let sizes = settings(&[]).sizes(4 * GIB, 2);
        assert_eq!(sizes.upper_levels, 3);
        assert_eq!(sizes.commit_concurrency, 2);
        assert_eq!(sizes.io_workers, 2);
        let caches =
            (sizes.page_cache_mib + sizes.leaf_cache_mib) as u64 * MIB + bytes_of_levels(3);
        assert!(caches <= 3 * GIB && caches > 3 * GIB - 2 * MIB, "{caches}");
    }

    #[test]
    fn a_small_budget_keeps_fewer_levels() {
        assert_eq!(settings(&[]).sizes(GIB, 1).upper_levels, 2);
        assert_eq!(settings(&[]).sizes(16 * MIB, 1).upper_levels, 1);
        let least = settings(&[]).sizes(0, 1);
        assert_eq!((least.upper_levels, least.page_cache_mib), (0, 1));
    }

    #[test]
    fn what_is_given_is_taken() {
        let given = settings(&[
            ("page-cache", "7"),
            ("io-workers", "5"),
            ("buckets", "12345"),
        ]);
        let sizes = given.sizes(GIB, 100);
        assert_eq!(sizes.page_cache_mib, 7);
        assert_eq!(sizes.io_workers, 5);
        assert_eq!(sizes.commit_concurrency, 64);
        assert_eq!(given.buckets_for(1 << 24), 12_345);
        assert!(given.check_buckets(12_345).is_ok());
        assert_eq!(given.check_buckets(64_000).unwrap_err().code, CB_BAD_INPUT);
    }

    #[test]
    fn buckets_follow_the_keys() {
        let any = settings(&[]);
        assert_eq!(any.buckets_for(0), 64_000);
        assert_eq!(any.buckets_for(1 << 24), 1 << 20);
        assert!(any.check_buckets(1).is_ok());
    }

    #[test]
    fn a_missing_option_is_named() {
        let fault = Settings::parse(&OPTIONS_AND_DEFAULTS[1..]).unwrap_err();
        assert!(fault.text.contains("commit-concurrency"), "{}", fault.text);
    }
}
