// SPDX-License-Identifier: Apache-2.0
//! The options. What is not given is as NOMT has it by itself, unless the cell's memory budget or
//! the size of the state forbids that (`auto`).

use crate::abi::{cb_option, CB_BAD_INPUT, CB_BOOLEAN, CB_CHOICE, CB_DOES_NOT_FIT, CB_INTEGER};
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
        c"1",
        c"auto|1..64",
        c"NOMT's commit workers; auto: as many as the cell has workers",
    ),
    row(
        c"io-workers",
        CB_INTEGER,
        c"threads",
        c"3",
        c"auto|1..64",
        c"NOMT's I/O threads, a ring each, which spin while I/O is under way; auto: 3, but no more \
          than the cell has workers",
    ),
    row(
        c"page-cache",
        CB_INTEGER,
        c"MiB",
        c"auto",
        c"auto|1..1048576",
        c"cache of Merkle pages below the upper levels; auto: 256, but no more than half of what \
          three quarters of the memory budget leave beside those",
    ),
    row(
        c"leaf-cache",
        CB_INTEGER,
        c"MiB",
        c"auto",
        c"auto|1..1048576",
        c"cache of B-tree leaves, where values are; auto: as page-cache",
    ),
    row(
        c"page-cache-upper-levels",
        CB_INTEGER,
        c"levels",
        c"auto",
        c"auto|0..4",
        c"upper levels of Merkle pages that always stay cached: 1 takes 256 KiB, 2 16 MiB, 3 1 \
          GiB, where the state is large enough to have all of them; auto: 2, or fewer that take \
          at most three eighths of the memory budget",
    ),
    row(
        c"buckets",
        CB_INTEGER,
        c"4 KiB",
        c"auto",
        c"auto|1000..4000000000",
        c"places for Merkle pages in the hash table, whose size is fixed when the state is \
          loaded; auto: 64000, or one for every 16 keys loaded if that is more",
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
// NOMT's own defaults.
const IO_WORKERS: u64 = 3;
const CACHE_MIB: u64 = 256;
const UPPER_LEVELS: u64 = 2;
const LEAST_BUCKETS: u64 = 64_000;
/// A page is kept for 20 or more leaves, so uniform keys make at most one for every 28 keys: 64^d *
/// P[Poisson(n / 64^d) >= 20], summed over the depths d and largest where n / 64^d is near 26. One
/// place for 16 keys is then at most four sevenths full.
const KEYS_FOR_A_BUCKET: u64 = 16;

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

    /// The stated rule: NOMT's own sizes where they fit three quarters of the budget (the rest is
    /// for NOMT's branch nodes and its table's bytes, both always in memory, for a block's own
    /// pages and for this program); else upper levels first, half of the rest for either cache.
    /// Fails where caches that are given exceed the budget.
    pub fn sizes(&self, memory_budget: u64, workers: u32) -> Result<Sizes, Fault> {
        let caches = memory_budget / 4 * 3;
        let upper_levels = self.upper_levels.unwrap_or_else(|| {
            (0..=UPPER_LEVELS)
                .rev()
                .find(|levels| bytes_of_levels(*levels) <= caches / 2)
                .unwrap_or(0)
        });
        let rest = caches.saturating_sub(bytes_of_levels(upper_levels));
        let half = (rest / 2 / MIB).clamp(1, CACHE_MIB);
        let workers = u64::from(workers.max(1));
        let page_cache = self.page_cache.unwrap_or(half);
        let leaf_cache = self.leaf_cache.unwrap_or(half);
        let given = self.page_cache.is_some() || self.leaf_cache.is_some();
        if given && (page_cache + leaf_cache) * MIB > memory_budget {
            return Err(Fault::new(
                CB_DOES_NOT_FIT,
                format!(
                    "caches of {page_cache} MiB (page-cache) and {leaf_cache} MiB (leaf-cache) do \
                     not fit the memory budget of {} MiB: give both as auto, or a larger budget",
                    memory_budget / MIB
                ),
            ));
        }
        Ok(Sizes {
            commit_concurrency: self.commit_concurrency.unwrap_or(workers.min(64)) as usize,
            io_workers: self.io_workers.unwrap_or(workers.min(IO_WORKERS)) as usize,
            page_cache_mib: page_cache as usize,
            leaf_cache_mib: leaf_cache as usize,
            upper_levels: upper_levels as usize,
        })
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

    /// As the host gives them.
    const DEFAULTS: [(&str, &str); 10] = [
        ("commit-concurrency", "1"),
        ("io-workers", "3"),
        ("page-cache", "auto"),
        ("leaf-cache", "auto"),
        ("page-cache-upper-levels", "auto"),
        ("buckets", "auto"),
        ("preallocate", "on"),
        ("prepopulate", "off"),
        ("warm-up", "off"),
        ("metrics", "off"),
    ];

    fn settings(changed: &[(&str, &str)]) -> Settings {
        let mut given: Vec<(&str, &str)> = DEFAULTS.to_vec();
        for (key, value) in changed {
            given.iter_mut().find(|(name, _)| name == key).unwrap().1 = *value;
        }
        Settings::parse(&given).unwrap()
    }

    fn default_sizes(memory_budget: u64) -> Sizes {
        settings(&[]).sizes(memory_budget, 8).unwrap()
    }

    #[test]
    #[allow(unsafe_code)]
    fn the_table_of_options_has_these_defaults() {
        let text = |text| {
            // SAFETY: static text of the table.
            unsafe { CStr::from_ptr(text) }.to_str().unwrap()
        };
        let rows: Vec<_> = OPTIONS
            .iter()
            .map(|row| (text(row.key), text(row.default_value)))
            .collect();
        assert_eq!(rows, DEFAULTS);
    }

    #[test]
    fn defaults_are_those_of_nomt() {
        // It shows them only so.
        let nomt = format!("{:?}", nomt::Options::new());
        let ours = settings(&[]);
        let sizes = default_sizes(GIB);
        for (name, value) in [
            ("commit_concurrency", sizes.commit_concurrency.to_string()),
            ("io_workers", sizes.io_workers.to_string()),
            ("metrics", ours.metrics.to_string()),
            ("bitbox_num_pages", ours.buckets_for(1_000_000).to_string()),
            ("rollback", "false".to_string()),
            ("warm_up", (ours.warm_up != WarmUp::Off).to_string()),
            ("preallocate_ht", ours.preallocate.to_string()),
            ("page_cache_size", sizes.page_cache_mib.to_string()),
            ("leaf_cache_size", sizes.leaf_cache_mib.to_string()),
            ("prepopulate_page_cache", ours.prepopulate.to_string()),
            ("page_cache_upper_levels", sizes.upper_levels.to_string()),
        ] {
            assert!(nomt.contains(&format!("{name}: {value}")), "{name}: {nomt}");
        }
    }

    #[test]
    fn a_small_budget_bounds_the_caches() {
        let sizes = default_sizes(256 * MIB);
        assert_eq!(sizes.upper_levels, 2);
        let caches = (sizes.page_cache_mib + sizes.leaf_cache_mib) as u64 * MIB;
        let wanted = 192 * MIB - bytes_of_levels(2);
        assert!(caches <= wanted && caches > wanted - 2 * MIB, "{caches}");
        assert_eq!(default_sizes(16 * MIB).upper_levels, 1);
        let least = default_sizes(0);
        assert_eq!((least.upper_levels, least.page_cache_mib), (0, 1));
    }

    #[test]
    fn threads_follow_the_workers_where_asked() {
        let asked = settings(&[("commit-concurrency", "auto"), ("io-workers", "auto")]);
        let threads = |workers| {
            let sizes = asked.sizes(GIB, workers).unwrap();
            (sizes.commit_concurrency, sizes.io_workers)
        };
        assert_eq!(threads(2), (2, 2));
        assert_eq!(threads(100), (64, 3));
    }

    #[test]
    fn caches_that_exceed_the_budget_are_refused() {
        let given = settings(&[("page-cache", "256"), ("leaf-cache", "256")]);
        assert!(given.sizes(512 * MIB, 1).is_ok());
        let fault = given.sizes(511 * MIB, 1).unwrap_err();
        assert_eq!(fault.code, CB_DOES_NOT_FIT);
        assert!(fault.text.contains("511 MiB"), "{}", fault.text);
    }

    #[test]
    fn what_is_given_is_taken() {
        let given = settings(&[
            ("page-cache", "7"),
            ("io-workers", "5"),
            ("page-cache-upper-levels", "3"),
            ("buckets", "12345"),
        ]);
        let sizes = given.sizes(GIB, 100).unwrap();
        assert_eq!(sizes.page_cache_mib, 7);
        assert_eq!(sizes.io_workers, 5);
        assert_eq!(sizes.upper_levels, 3);
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
        let fault = Settings::parse(&DEFAULTS[1..]).unwrap_err();
        assert!(fault.text.contains("commit-concurrency"), "{}", fault.text);
    }
}
