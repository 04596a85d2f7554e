//! What the host calls. Each function turns the host's pointers into Rust's own, stops panics, and
//! turns failures into a code and a line. The safety of it rests on the contracts of plugin.h: what
//! the host passes is valid during the call, objects are the ones made here, and calls come in the
//! order and from the threads that the header says.

use crate::abi::*;
use crate::{Failure, MyBackend, DESCRIPTION, NAME, OPTIONS, SCHEME};
use std::any::Any;
use std::ffi::{c_char, c_void, CStr};
use std::mem::size_of;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;
use std::slice;

#[cfg(not(panic = "unwind"))]
compile_error!("a panic must end at the border and not the process: build with panic = \"unwind\"");

/// Runs a call. After a failure or a panic the host only closes, so nothing is used that was left
/// half done.
fn at_border(error: *mut cb_error, call: impl FnOnce() -> Result<(), Failure>) -> cb_code {
    let failure = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => return CB_OK,
        Ok(Err(failure)) => failure,
        Err(payload) => {
            let line = format!("a panic: {}", text_of(payload.as_ref()));
            std::mem::forget(payload); // dropping it could panic once more
            Failure { code: CB_IO, line }
        }
    };
    // SAFETY: the host's, or null.
    if let Some(error) = unsafe { error.as_mut() } {
        write_line(error, &failure.line);
    }
    failure.code
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text")
}

/// Cut off where it is too long.
fn write_line(error: &mut cb_error, line: &str) {
    let mut size = line.len().min(error.message.len() - 1);
    while !line.is_char_boundary(size) {
        size -= 1;
    }
    for (place, byte) in error.message.iter_mut().zip(line.as_bytes()[..size].iter()) {
        *place = *byte as c_char;
    }
    error.message[size] = 0;
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
/// `backend` is what `open` gave, not closed, and used by nobody else now.
unsafe fn backend_from<'a>(backend: *mut c_void) -> &'a mut MyBackend {
    // SAFETY: as the caller promises.
    unsafe { &mut *backend.cast::<MyBackend>() }
}

unsafe extern "C" fn open(
    settings: *const cb_setting,
    count: usize,
    _resources: *const cb_resources,
    backend: *mut *mut c_void,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: valid during the call, and every text ends with a zero.
        let settings = unsafe { slice_from(settings, count) }.iter().map(|setting| unsafe {
            (CStr::from_ptr(setting.key).to_string_lossy(), CStr::from_ptr(setting.value).to_string_lossy())
        });
        let settings: Vec<_> = settings.collect();
        let opened = Box::new(MyBackend::open(&|key| {
            settings.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_ref())
        })?);
        // SAFETY: the host's place for it.
        unsafe { *backend = Box::into_raw(opened).cast() };
        Ok(())
    })
}

unsafe extern "C" fn close(backend: *mut c_void) {
    at_border(ptr::null_mut(), || {
        // SAFETY: `open` gave it, and this is the last call.
        drop(unsafe { Box::from_raw(backend.cast::<MyBackend>()) });
        Ok(())
    });
}

unsafe extern "C" fn scheme(_backend: *mut c_void) -> *const c_char {
    SCHEME.as_ptr()
}

unsafe extern "C" fn position(backend: *mut c_void, position: *mut cb_position, error: *mut cb_error) -> cb_code {
    at_border(error, || {
        // SAFETY: the order of life in plugin.h; the host's place for it.
        unsafe { *position = backend_from(backend).position() };
        Ok(())
    })
}

unsafe extern "C" fn load(backend: *mut c_void, state: *const cb_sorted_state, error: *mut cb_error) -> cb_code {
    at_border(error, || {
        // SAFETY: the order of life in plugin.h; the state is the host's.
        let (backend, state) = unsafe { (backend_from(backend), &*state) };
        loop {
            let (mut keys, mut values) = (ptr::null(), ptr::null());
            // SAFETY: the host's function with the host's context; what it gives is valid until its
            // next call.
            let (keys, values) = unsafe {
                let given = (state.next)(state.context, 1024, &mut keys, &mut values);
                let given = usize::try_from(given)
                    .map_err(|_| Failure { code: CB_IO, line: "the first state ended early".into() })?;
                (slice_from(keys, given), slice_from(values, given))
            };
            if keys.is_empty() {
                return backend.persist(0);
            }
            for (key, value) in keys.iter().zip(values) {
                // SAFETY: as above.
                backend.set(key.bytes, Some(unsafe { slice_from(value.data, value.size) }))?;
            }
        }
    })
}

unsafe extern "C" fn stage(
    backend: *mut c_void,
    changes: *const cb_change,
    count: usize,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: the order of life in plugin.h; changes and values are valid until persist has
        // returned. A value has a meaning where the key is not deleted.
        let (backend, changes) = unsafe { (backend_from(backend), slice_from(changes, count)) };
        for change in changes {
            let value = &change.new_value;
            let value = (change.deleted == 0).then(|| unsafe { slice_from(value.data, value.size) });
            backend.set(change.key.bytes, value)?;
        }
        Ok(())
    })
}

unsafe extern "C" fn merkleize(backend: *mut c_void, root: *mut u8, error: *mut cb_error) -> cb_code {
    at_border(error, || {
        // SAFETY: the order of life in plugin.h; 32 bytes of the host's.
        unsafe { root.cast::<[u8; 32]>().write(backend_from(backend).merkleize()) };
        Ok(())
    })
}

unsafe extern "C" fn persist(backend: *mut c_void, block: u64, error: *mut cb_error) -> cb_code {
    // SAFETY: the order of life in plugin.h.
    at_border(error, || unsafe { backend_from(backend) }.persist(block))
}

unsafe extern "C" fn reopen(_backend: *mut c_void, _error: *mut cb_error) -> cb_code {
    CB_OK // there are no files
}

/// Nothing changes between a block's persist and the next stage: a reader is the backend itself.
unsafe extern "C" fn reader_open(backend: *mut c_void, reader: *mut *mut c_void, _error: *mut cb_error) -> cb_code {
    // SAFETY: the host's place for it.
    unsafe { *reader = backend };
    CB_OK
}

unsafe extern "C" fn reader_get(
    reader: *mut c_void,
    key: *const cb_key,
    value: *mut cb_bytes,
    present: *mut i32,
    error: *mut cb_error,
) -> cb_code {
    at_border(error, || {
        // SAFETY: shared, for several threads read at the same time and nobody writes; the host's
        // places; the bytes stay in the backend until the next stage.
        unsafe {
            let found = (*reader.cast::<MyBackend>().cast_const()).get(&(*key).bytes);
            *present = i32::from(found.is_some());
            if let Some(bytes) = found {
                *value = cb_bytes { data: bytes.as_ptr(), size: bytes.len() };
            }
        }
        Ok(())
    })
}

unsafe extern "C" fn reader_close(_reader: *mut c_void) {}

static BACKEND: cb_backend_interface = cb_backend_interface {
    struct_size: size_of::<cb_backend_interface>() as u32,
    flags: 0,
    name: NAME.as_ptr(),
    summary: DESCRIPTION.as_ptr(),
    options: OPTIONS.as_ptr(),
    option_count: OPTIONS.len(),
    open,
    close,
    scheme,
    paths_of: None,
    position,
    load,
    stage,
    merkleize,
    persist,
    reopen,
    reader_open,
    reader_get,
    reader_close,
    stage_keys: None,
    prove: None,
    verify: None,
    counters: None,
    facts: None,
};

static INTERFACES: [cb_interface; 1] = [cb_interface { id: BACKEND_1.as_ptr(), table: ptr::addr_of!(BACKEND).cast() }];

/// The one symbol.
#[no_mangle]
#[allow(non_upper_case_globals)]
pub static commitbench_plugin: cb_plugin = cb_plugin {
    abi_major: ABI_MAJOR,
    abi_minor: ABI_MINOR,
    struct_size: size_of::<cb_plugin>() as u32,
    interface_count: INTERFACES.len() as u32,
    interfaces: INTERFACES.as_ptr(),
    name: NAME.as_ptr(),
    version: c"0.1".as_ptr(),
    vendor: c"you".as_ptr(),
    license: c"Apache-2.0".as_ptr(),
    description: DESCRIPTION.as_ptr(),
};

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of(error: &cb_error) -> String {
        // SAFETY: a call has filled it in.
        unsafe { CStr::from_ptr(error.message.as_ptr()) }.to_string_lossy().into_owned()
    }

    #[test]
    fn a_panic_is_a_code_and_a_line() {
        let mut error = cb_error { message: [1; 512] };
        assert_eq!(CB_IO, at_border(&mut error, || panic!("number {}", 7)));
        assert_eq!("a panic: number 7", line_of(&error));
    }

    #[test]
    fn a_long_line_is_cut_off_between_characters() {
        let mut error = cb_error { message: [1; 512] };
        let failing = || Err(Failure { code: CB_IO, line: "é".repeat(300) });
        assert_eq!(CB_IO, at_border(&mut error, failing));
        assert_eq!("é".repeat(255), line_of(&error));
    }
}
