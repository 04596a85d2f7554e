// SPDX-License-Identifier: Apache-2.0
//! Why a call failed, as it goes into the host's cb_error.

use crate::abi::{cb_code, CB_BAD_INPUT, CB_DOES_NOT_FIT, CB_IO, CB_UNSUPPORTED};
use std::io;
use std::path::Path;

/// One line with what, why and remedy, and the ABI's code.
#[derive(Debug)]
pub struct Fault {
    pub code: cb_code,
    pub text: String,
}

impl Fault {
    pub fn new(code: cb_code, text: impl Into<String>) -> Self {
        Fault {
            code,
            text: text.into(),
        }
    }

    /// A call that the order of life in plugin.h does not allow here.
    pub fn out_of_order(call: &str) -> Self {
        Fault::new(
            CB_UNSUPPORTED,
            format!(
                "{call} does not come here: a block is staged, merkleized and persisted, once each"
            ),
        )
    }

    /// `doing` as in "written".
    pub fn of_file(path: &Path, doing: &str, error: &io::Error) -> Self {
        Fault::new(
            CB_IO,
            format!(
                "{} cannot be {doing} ({error}): check the folder, its permissions and the free \
                 space",
                path.display()
            ),
        )
    }

    /// What NOMT says in its own words, with a remedy where this plug-in knows one. NOMT names few
    /// of its errors by types that are public, so two are known by their text.
    pub fn of_nomt(doing: &str, error: &anyhow::Error) -> Self {
        let said = format!("{error:#}");
        if said.contains("bucket exhaustion") {
            return Fault::new(
                CB_DOES_NOT_FIT,
                format!(
                    "NOMT's hash table is full and cannot grow ({doing}: {said}): load the state \
                     anew with more buckets"
                ),
            );
        }
        if said.contains("Failed to lock directory") {
            return Fault::new(
                CB_BAD_INPUT,
                format!(
                    "another process has this NOMT open ({said}): wait for it, or name another \
                     folder"
                ),
            );
        }
        Fault::new(
            CB_IO,
            format!(
                "NOMT failed while {doing} ({said}): check the folder and the free space; what \
                 was persisted before is kept"
            ),
        )
    }
}
