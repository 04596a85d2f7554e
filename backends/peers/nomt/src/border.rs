// SPDX-License-Identifier: Apache-2.0
//! What the host calls. Each function turns the host's pointers into Rust's own, stops panics, and
//! turns failures into a code and a line. The safety of all of it rests on the contracts of
//! plugin.h: what the host passes is valid during the call, objects are the ones that this file
//! made, and calls come from the threads that the header says.

use crate::abi::*;
use crate::backend::{Backend, Cell, Change, Entries, Reader, NOMT_VERSION};
use crate::database::Writes;
use crate::fault::Fault;
use crate::settings::OPTIONS;
use nomt::KeyReadWrite;
use std::any::Any;
use std::ffi::{c_char, c_void, CStr, CString, OsStr};
use std::mem::size_of;
use std::os::unix::ffi::OsStrExt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::PathBuf;
use std::ptr;
use std::slice;

/// Runs a call. After a panic the host only closes, so nothing is used that it may have left half
/// done.
fn at_border(error: *mut cb_error, call: impl FnOnce() -> Result<(), Fault>) -> cb_code {
    let fault = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => return CB_OK,
        Ok(Err(fault)) => fault,
        Err(payload) => Fault::new(
            CB_IO,
            format!(
                "a panic in NOMT or its plug-in: {}",
                text_of(payload.as_ref())
            ),
        ),
    };
    // SAFETY: the host's, or null.
    if let Some(error) = unsafe { error.as_mut() } {
        write_line(error, &fault.text);
    }
    fault.code
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a text")
}

/// One line, cut off between characters where it is too long.
fn write_line(error: &mut cb_error, text: &str) {
    let room = error.message.len() - 1;
    let mut size = text.len().min(room);
    while !text.is_char_boundary(size) {
        size -= 1;
    }
    let bytes = text.as_bytes()[..size].iter();
    let printable = bytes.map(|&byte| if byte < b' ' { b' ' } else { byte });
    for (place, byte) in error.message.iter_mut().zip(printable) {
        *place = byte as c_char;
    }
    error.message[size] = 0;
}

/// # Safety
/// `text` ends with a zero and lives as long as 'a.
unsafe fn text_from<'a>(text: *const c_char) -> Result<&'a str, Fault> {
    // SAFETY: as the caller promises.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str()
        .map_err(|_| Fault::new(CB_BAD_INPUT, format!("{text:?} is not UTF-8")))
}

/// # Safety
/// `first` points to `count` records that live as long as 'a; it may be null where there are none.
unsafe fn slice_from<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    // SAFETY: as the caller promises.
    unsafe { slice::from_raw_parts(first, count) }
}

/// # Safety
/// The bytes live as long as 'a.
unsafe fn bytes_from<'a>(bytes: &cb_bytes) -> &'a [u8] {
    // SAFETY: as the caller promises.
    unsafe { slice_from(bytes.data, bytes.size) }
}

/// # Safety
/// `backend` is what `open` gave, not closed, and used by nobody else now.
unsafe fn backend_from<'a>(backend: *mut c_void) -> &'a mut Backend {
    // SAFETY: as the caller promises.
    unsafe { &mut *backend.cast::<Backend>() }
}

unsafe extern "C" fn open(
    settings: *const cb_setting,
    count: usize,
    resources: *const cb_resources,
    backend: *mut *mut c_void,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: all of this is the host's and valid during the call.
        let (given, resources, directory, host) = unsafe {
            let settings = slice_from(settings, count);
            let given: Result<Vec<_>, Fault> = settings
                .iter()
                .map(|setting| Ok((text_from(setting.key)?, text_from(setting.value)?)))
                .collect();
            let resources = &*resources;
            (
                given?,
                resources,
                CStr::from_ptr(resources.directory),
                resources.host.as_ref(),
            )
        };
        let cell = Cell {
            directory: PathBuf::from(OsStr::from_bytes(directory.to_bytes())),
            memory_budget: resources.memory_budget,
            workers: host.map_or(1, |host| host.workers),
            durability_asked: if resources.durability == CB_DURABILITY_BLOCK {
                "block"
            } else {
                "none"
            },
        };
        let opened = Box::new(Backend::open(&given, cell)?);
        // SAFETY: the host's place for it.
        unsafe { *backend = Box::into_raw(opened).cast() };
        Ok(())
    })
}

unsafe extern "C" fn close(backend: *mut c_void) {
    at_border(ptr::null_mut(), || {
        // SAFETY: `open` gave it, and this is the last call.
        drop(unsafe { Box::from_raw(backend.cast::<Backend>()) });
        Ok(())
    });
}

unsafe extern "C" fn scheme(_backend: *mut c_void) -> *const c_char {
    c"nomt-blake3".as_ptr()
}

unsafe extern "C" fn position(
    backend: *mut c_void,
    position: *mut cb_position,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: the order of life in plugin.h.
        let backend = unsafe { backend_from(backend) };
        let found = match backend.position() {
            Some(position) => cb_position {
                block: position.block,
                root: position.root,
                empty: 0,
            },
            None => cb_position {
                block: 0,
                root: [0; 32],
                empty: 1,
            },
        };
        // SAFETY: the host's place for it.
        unsafe { *position = found };
        Ok(())
    })
}

/// The host's first state.
struct HostState<'a>(&'a cb_sorted_state);

impl Entries for HostState<'_> {
    fn size(&self) -> u64 {
        self.0.size
    }

    fn fill(&mut self, most: usize, batch: &mut Writes) -> Result<bool, Fault> {
        let next = self
            .0
            .next
            .ok_or_else(|| Fault::new(CB_BAD_INPUT, "the host gave a first state without next"))?;
        while batch.len() < most {
            let mut keys = ptr::null();
            let mut values = ptr::null();
            // SAFETY: the host's function with the host's context; what it gives is valid until its
            // next call.
            let entries = unsafe {
                let given = next(self.0.context, most - batch.len(), &mut keys, &mut values);
                let given = usize::try_from(given)
                    .map_err(|_| Fault::new(CB_IO, "the first state ended early"))?;
                slice_from(keys, given)
                    .iter()
                    .zip(slice_from(values, given))
            };
            let before = batch.len();
            for (key, value) in entries {
                // SAFETY: as above.
                let value = unsafe { bytes_from(value) };
                batch.push((key.bytes, KeyReadWrite::Write(Some(value.to_vec()))));
            }
            if batch.len() == before {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

unsafe extern "C" fn load(
    backend: *mut c_void,
    state: *const cb_sorted_state,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: the order of life in plugin.h; the state is the host's.
        let (backend, state) = unsafe { (backend_from(backend), &*state) };
        backend.load(&mut HostState(state))
    })
}

unsafe extern "C" fn stage(
    backend: *mut c_void,
    changes: *const cb_change,
    count: usize,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: the order of life in plugin.h; changes and their values are valid until persist
        // has returned.
        let (backend, changes) = unsafe { (backend_from(backend), slice_from(changes, count)) };
        backend.stage(changes.iter().map(|change| {
            let present = change.deleted == 0;
            // SAFETY: as above; a value has a meaning where the key is not deleted.
            let value = present.then(|| unsafe { bytes_from(&change.new_value) });
            Change {
                key: change.key.bytes,
                value,
            }
        }))
    })
}

unsafe extern "C" fn merkleize(
    backend: *mut c_void,
    root: *mut u8,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: the order of life in plugin.h.
        let made = unsafe { backend_from(backend) }.merkleize()?;
        // SAFETY: 32 bytes of the host's.
        unsafe { root.cast::<[u8; 32]>().write(made) };
        Ok(())
    })
}

unsafe extern "C" fn persist(backend: *mut c_void, block: u64, error: *mut cb_error) -> cb_code {
    // SAFETY: the order of life in plugin.h.
    at_border(error, || unsafe { backend_from(backend) }.persist(block))
}

unsafe extern "C" fn reopen(backend: *mut c_void, error: *mut cb_error) -> cb_code {
    // SAFETY: the order of life in plugin.h.
    at_border(error, || unsafe { backend_from(backend) }.reopen())
}

unsafe extern "C" fn reader_open(
    backend: *mut c_void,
    reader: *mut *mut c_void,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: the order of life in plugin.h.
        let made = Box::new(unsafe { backend_from(backend) }.reader());
        // SAFETY: the host's place for it.
        unsafe { *reader = Box::into_raw(made).cast() };
        Ok(())
    })
}

unsafe extern "C" fn reader_get(
    reader: *mut c_void,
    key: *const cb_key,
    value: *mut cb_bytes,
    present: *mut i32,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: `reader_open` gave the reader, one thread at a time uses it, and the key is the
        // host's.
        let (reader, key) = unsafe { (&mut *reader.cast::<Reader>(), &*key) };
        let found = reader.get(&key.bytes)?;
        // SAFETY: the host's places; the bytes stay in the reader.
        unsafe {
            *present = i32::from(found.is_some());
            if let Some(bytes) = found {
                *value = cb_bytes {
                    data: bytes.as_ptr(),
                    size: bytes.len(),
                };
            }
        }
        Ok(())
    })
}

unsafe extern "C" fn reader_close(reader: *mut c_void) {
    at_border(ptr::null_mut(), || {
        // SAFETY: `reader_open` gave it, and this is the last call.
        drop(unsafe { Box::from_raw(reader.cast::<Reader>()) });
        Ok(())
    });
}

/// For the host; what has a zero inside, which nothing here has, would come as "".
fn c_text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

unsafe extern "C" fn counters(
    backend: *mut c_void,
    visitor: cb_counter_visitor,
    context: *mut c_void,
) {
    at_border(ptr::null_mut(), || {
        // SAFETY: the order of life in plugin.h.
        for (name, value) in unsafe { backend_from(backend) }.counters() {
            // SAFETY: the host's function with the host's context; it copies the text.
            unsafe { visitor(context, c_text(name).as_ptr(), value) };
        }
        Ok(())
    });
}

unsafe extern "C" fn facts(backend: *mut c_void, visitor: cb_fact_visitor, context: *mut c_void) {
    at_border(ptr::null_mut(), || {
        // SAFETY: the order of life in plugin.h.
        for fact in unsafe { backend_from(backend) }.facts() {
            // SAFETY: the host's function with the host's context; it copies the text.
            unsafe {
                visitor(
                    context,
                    c_text(fact.name).as_ptr(),
                    c_text(&fact.value).as_ptr(),
                    c_text(fact.why).as_ptr(),
                )
            };
        }
        Ok(())
    });
}

static BACKEND: cb_backend_interface = cb_backend_interface {
    struct_size: size_of::<cb_backend_interface>() as u32,
    flags: CB_KEEPS_FILES,
    name: c"nomt".as_ptr(),
    summary: c"The real NOMT: a paged binary Merkle trie beside a B-tree, in its own files."
        .as_ptr(),
    options: OPTIONS.as_ptr(),
    option_count: OPTIONS.len(),
    open: Some(open),
    close: Some(close),
    scheme: Some(scheme),
    paths_of: None,
    position: Some(position),
    load: Some(load),
    stage: Some(stage),
    merkleize: Some(merkleize),
    persist: Some(persist),
    reopen: Some(reopen),
    reader_open: Some(reader_open),
    reader_get: Some(reader_get),
    reader_close: Some(reader_close),
    stage_keys: None,
    prove: None,
    verify: None,
    counters: Some(counters),
    facts: Some(facts),
};

static INTERFACES: [cb_interface; 1] = [cb_interface {
    id: BACKEND_1.as_ptr(),
    table: ptr::addr_of!(BACKEND).cast(),
}];

/// The one symbol.
#[no_mangle]
#[allow(non_upper_case_globals)]
pub static commitbench_plugin: cb_plugin = cb_plugin {
    abi_major: ABI_MAJOR,
    abi_minor: ABI_MINOR,
    struct_size: size_of::<cb_plugin>() as u32,
    interface_count: INTERFACES.len() as u32,
    interfaces: INTERFACES.as_ptr(),
    name: c"nomt".as_ptr(),
    version: NOMT_VERSION.as_ptr(),
    vendor: c"commitbench, around thrum's NOMT".as_ptr(),
    license: c"Apache-2.0; NOMT: MIT or Apache-2.0".as_ptr(),
    description: c"The nomt crate behind commitbench's plug-in ABI.".as_ptr(),
};
