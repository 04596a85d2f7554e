//! A backend for commitbench, to be changed into yours: a map in memory, and a root that is a sum over
//! all pairs. `border` is what commitbench calls, `abi` its header.

mod abi;
mod border;

use abi::{cb_code, cb_option, cb_position, CB_DOES_NOT_FIT, CB_INTEGER};
use std::collections::BTreeMap;
use std::ffi::CStr;

pub const NAME: &CStr = c"my-backend";
pub const DESCRIPTION: &CStr = c"A map in memory whose root is a sum over all pairs.";
/// What the root commits to.
pub const SCHEME: &CStr = c"my-sum";

pub static OPTIONS: [cb_option; 1] = [cb_option {
    key: c"most-keys".as_ptr(),
    kind: CB_INTEGER,
    unit: c"keys".as_ptr(),
    default_value: c"100M".as_ptr(),
    range: c"1..".as_ptr(),
    help: c"more keys than these are refused".as_ptr(),
}];

/// What a call returns where it fails: one line with what, why and remedy.
#[derive(Debug)]
pub struct Failure {
    pub code: cb_code,
    pub line: String,
}

pub struct MyBackend {
    pairs: BTreeMap<[u8; 32], Box<[u8]>>,
    most_keys: usize,
    sum: [u64; 4],
    position: cb_position,
}

impl MyBackend {
    /// `setting` gives the value of each option in OPTIONS, the default included.
    pub fn open<'a>(setting: &dyn Fn(&str) -> Option<&'a str>) -> Result<Self, Failure> {
        let most_keys = setting("most-keys").and_then(|text| text.parse().ok());
        Ok(Self {
            pairs: BTreeMap::new(),
            most_keys: most_keys.expect("the host has checked it"),
            sum: [0; 4],
            position: cb_position { block: 0, root: [0; 32], empty: 1 },
        })
    }

    /// None deletes.
    pub fn set(&mut self, key: [u8; 32], value: Option<&[u8]>) -> Result<(), Failure> {
        if let Some(old) = self.pairs.remove(&key) {
            self.add(&key, &old, u64::wrapping_sub);
        }
        let Some(value) = value else { return Ok(()) };
        if self.pairs.len() >= self.most_keys {
            let line = format!("more than {} keys: raise most-keys", self.most_keys);
            return Err(Failure { code: CB_DOES_NOT_FIT, line });
        }
        self.add(&key, value, u64::wrapping_add);
        self.pairs.insert(key, value.into());
        Ok(())
    }

    pub fn get(&self, key: &[u8; 32]) -> Option<&[u8]> {
        self.pairs.get(key).map(AsRef::as_ref)
    }

    pub fn merkleize(&self) -> [u8; 32] {
        let mut root = [0; 32];
        for (place, lane) in root.chunks_exact_mut(8).zip(self.sum) {
            place.copy_from_slice(&lane.to_le_bytes());
        }
        root
    }

    pub fn persist(&mut self, block: u64) -> Result<(), Failure> {
        self.position = cb_position { block, root: self.merkleize(), empty: 0 };
        Ok(())
    }

    pub fn position(&self) -> cb_position {
        self.position
    }

    /// Adds to the root what a pair adds, or takes it away. Not cryptographic: put your tree here.
    fn add(&mut self, key: &[u8; 32], value: &[u8], combine: fn(u64, u64) -> u64) {
        for (lane, sum) in (0..).zip(&mut self.sum) {
            let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ lane;
            for bytes in [key.as_slice(), value] {
                for byte in bytes {
                    hash = (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
                }
                hash ^= hash >> 29;
            }
            *sum = combine(*sum, hash.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(most_keys: &'static str) -> MyBackend {
        MyBackend::open(&|key| (key == "most-keys").then_some(most_keys)).unwrap()
    }

    #[test]
    fn what_was_deleted_was_never_there() {
        let mut backend = opened("10");
        let empty = backend.merkleize();
        backend.set([1; 32], Some(b"value")).unwrap();
        assert_ne!(empty, backend.merkleize());
        backend.set([1; 32], None).unwrap();
        assert_eq!(empty, backend.merkleize());
        assert_eq!(None, backend.get(&[1; 32]));
    }

    #[test]
    fn the_root_does_not_depend_on_the_order() {
        let (mut one, mut other) = (opened("10"), opened("10"));
        for i in 0..10 {
            one.set([i; 32], Some(&[i])).unwrap();
            other.set([9 - i; 32], Some(&[9 - i])).unwrap();
        }
        assert_eq!(one.merkleize(), other.merkleize());
    }

    #[test]
    fn one_key_too_many_is_refused() {
        let mut backend = opened("1");
        backend.set([1; 32], Some(b"")).unwrap();
        backend.set([1; 32], Some(b"again")).unwrap();
        let failure = backend.set([2; 32], Some(b"")).unwrap_err();
        assert_eq!((CB_DOES_NOT_FIT, "more than 1 keys: raise most-keys"), (failure.code, failure.line.as_str()));
    }
}
