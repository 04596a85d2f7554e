//! commitbench/plugin.h of ABI 1.0, the part that a backend needs, declared by hand. That header says
//! what everything means. The assertions at the end hold the layout against the header's on 64 bits.
#![allow(non_camel_case_types)]

use std::ffi::{c_char, c_void, CStr};
use std::mem::{offset_of, size_of};

pub const ABI_MAJOR: u32 = 1;
pub const ABI_MINOR: u32 = 0;
pub const BACKEND_1: &CStr = c"commitbench.backend/1";

pub type cb_code = i32;
pub const CB_OK: cb_code = 0;
pub const CB_IO: cb_code = 2;
pub const CB_DOES_NOT_FIT: cb_code = 4;
// CB_BAD_INPUT = 1, CB_CORRUPT = 3, CB_UNSUPPORTED = 5

pub const CB_INTEGER: i32 = 1;
// CB_BOOLEAN = 0, CB_SIZE = 2, CB_REAL = 3, CB_CHOICE = 4, CB_PATH = 5

#[repr(C)]
pub struct cb_error {
    pub message: [c_char; 512],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct cb_bytes {
    pub data: *const u8,
    pub size: usize,
}

#[repr(C)]
pub struct cb_key {
    pub bytes: [u8; 32],
}

#[repr(C)]
pub struct cb_option {
    pub key: *const c_char,
    pub kind: i32, // `type` there
    pub unit: *const c_char,
    pub default_value: *const c_char,
    pub range: *const c_char,
    pub help: *const c_char,
}

#[repr(C)]
pub struct cb_setting {
    pub key: *const c_char,
    pub value: *const c_char,
}

#[repr(C)]
pub struct cb_change {
    pub key: cb_key,
    pub old_value: cb_bytes,
    pub new_value: cb_bytes,
    pub old_state: u8,
    pub deleted: u8,
}

#[repr(C)]
pub struct cb_resources {
    pub struct_size: u32,
    pub durability: i32,
    pub memory_budget: u64,
    pub directory: *const c_char,
    pub host: *const c_void, // cb_host, whose threads this backend does not use
}

#[repr(C)]
pub struct cb_sorted_state {
    pub struct_size: u32,
    pub context: *mut c_void,
    pub size: u64,
    pub next: unsafe extern "C" fn(*mut c_void, usize, *mut *const cb_key, *mut *const cb_bytes) -> i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct cb_position {
    pub block: u64,
    pub root: [u8; 32],
    pub empty: i32,
}

/// An optional function that this backend does not offer.
pub type not_offered = Option<unsafe extern "C" fn()>;

#[repr(C)]
pub struct cb_backend_interface {
    pub struct_size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub summary: *const c_char,
    pub options: *const cb_option,
    pub option_count: usize,
    pub open:
        unsafe extern "C" fn(*const cb_setting, usize, *const cb_resources, *mut *mut c_void, *mut cb_error) -> cb_code,
    pub close: unsafe extern "C" fn(*mut c_void),
    pub scheme: unsafe extern "C" fn(*mut c_void) -> *const c_char,
    pub paths_of: not_offered,
    pub position: unsafe extern "C" fn(*mut c_void, *mut cb_position, *mut cb_error) -> cb_code,
    pub load: unsafe extern "C" fn(*mut c_void, *const cb_sorted_state, *mut cb_error) -> cb_code,
    pub stage: unsafe extern "C" fn(*mut c_void, *const cb_change, usize, *mut cb_error) -> cb_code,
    pub merkleize: unsafe extern "C" fn(*mut c_void, *mut u8, *mut cb_error) -> cb_code,
    pub persist: unsafe extern "C" fn(*mut c_void, u64, *mut cb_error) -> cb_code,
    pub reopen: unsafe extern "C" fn(*mut c_void, *mut cb_error) -> cb_code,
    pub reader_open: unsafe extern "C" fn(*mut c_void, *mut *mut c_void, *mut cb_error) -> cb_code,
    pub reader_get: unsafe extern "C" fn(*mut c_void, *const cb_key, *mut cb_bytes, *mut i32, *mut cb_error) -> cb_code,
    pub reader_close: unsafe extern "C" fn(*mut c_void),
    pub stage_keys: not_offered,
    pub prove: not_offered,
    pub verify: not_offered,
    pub counters: not_offered,
    pub facts: not_offered,
}

#[repr(C)]
pub struct cb_interface {
    pub id: *const c_char,
    pub table: *const c_void,
}

#[repr(C)]
pub struct cb_plugin {
    pub abi_major: u32,
    pub abi_minor: u32,
    pub struct_size: u32,
    pub interface_count: u32,
    pub interfaces: *const cb_interface,
    pub name: *const c_char,
    pub version: *const c_char,
    pub vendor: *const c_char,
    pub license: *const c_char,
    pub description: *const c_char,
}

// SAFETY: values of these four are static tables that nobody writes; they point to others and to
// static text.
unsafe impl Sync for cb_option {}
unsafe impl Sync for cb_backend_interface {}
unsafe impl Sync for cb_interface {}
unsafe impl Sync for cb_plugin {}

const _: () = {
    assert!(size_of::<cb_error>() == 512 && size_of::<cb_key>() == 32);
    assert!(size_of::<cb_bytes>() == 16 && offset_of!(cb_bytes, size) == 8);
    assert!(size_of::<cb_option>() == 48 && offset_of!(cb_option, unit) == 16);
    assert!(offset_of!(cb_option, help) == 40 && size_of::<cb_setting>() == 16);
    assert!(size_of::<cb_change>() == 72 && offset_of!(cb_change, old_value) == 32);
    assert!(offset_of!(cb_change, new_value) == 48 && offset_of!(cb_change, old_state) == 64);
    assert!(offset_of!(cb_change, deleted) == 65);
    assert!(offset_of!(cb_resources, durability) == 4 && offset_of!(cb_resources, memory_budget) == 8);
    assert!(offset_of!(cb_resources, directory) == 16 && offset_of!(cb_resources, host) == 24);
    assert!(offset_of!(cb_sorted_state, context) == 8 && offset_of!(cb_sorted_state, size) == 16);
    assert!(offset_of!(cb_sorted_state, next) == 24);
    assert!(size_of::<cb_position>() == 48 && offset_of!(cb_position, root) == 8);
    assert!(offset_of!(cb_position, empty) == 40);
};

const _: () = {
    assert!(size_of::<cb_backend_interface>() == 184 && offset_of!(cb_backend_interface, flags) == 4);
    assert!(offset_of!(cb_backend_interface, name) == 8 && offset_of!(cb_backend_interface, options) == 24);
    assert!(offset_of!(cb_backend_interface, open) == 40 && offset_of!(cb_backend_interface, scheme) == 56);
    assert!(offset_of!(cb_backend_interface, position) == 72 && offset_of!(cb_backend_interface, load) == 80);
    assert!(offset_of!(cb_backend_interface, stage) == 88 && offset_of!(cb_backend_interface, persist) == 104);
    assert!(offset_of!(cb_backend_interface, reopen) == 112 && offset_of!(cb_backend_interface, reader_open) == 120);
    assert!(offset_of!(cb_backend_interface, reader_get) == 128 && offset_of!(cb_backend_interface, facts) == 176);
    assert!(size_of::<cb_interface>() == 16 && size_of::<cb_plugin>() == 64);
    assert!(offset_of!(cb_plugin, abi_major) == 0 && offset_of!(cb_plugin, abi_minor) == 4);
    assert!(offset_of!(cb_plugin, struct_size) == 8 && offset_of!(cb_plugin, interface_count) == 12);
    assert!(offset_of!(cb_plugin, interfaces) == 16 && offset_of!(cb_plugin, description) == 56);
};
