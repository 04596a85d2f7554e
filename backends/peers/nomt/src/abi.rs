// SPDX-License-Identifier: Apache-2.0
//! include/commitbench/plugin.h of ABI 1.0, the part that a backend needs, declared by hand. That
//! header says what everything means; the assertions at the end hold the sizes and places against
//! those that tests/plugin/layout.h keeps.
#![allow(non_camel_case_types)]

use std::ffi::{c_char, c_void, CStr};
use std::mem::{offset_of, size_of};

pub const ABI_MAJOR: u32 = 1;
pub const ABI_MINOR: u32 = 0;
pub const BACKEND_1: &CStr = c"commitbench.backend/1";

pub type cb_code = i32;
pub const CB_OK: cb_code = 0;
pub const CB_BAD_INPUT: cb_code = 1;
pub const CB_IO: cb_code = 2;
pub const CB_CORRUPT: cb_code = 3;
pub const CB_DOES_NOT_FIT: cb_code = 4;
pub const CB_UNSUPPORTED: cb_code = 5;

pub const CB_BOOLEAN: i32 = 0;
pub const CB_INTEGER: i32 = 1;
pub const CB_CHOICE: i32 = 4;

pub const CB_DURABILITY_BLOCK: i32 = 1;
pub const CB_KEEPS_FILES: u32 = 1;

#[repr(C)]
pub struct cb_error {
    pub message: [c_char; 512],
}

#[repr(C)]
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
    pub kind: i32,
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

pub type cb_counter_visitor = unsafe extern "C" fn(*mut c_void, *const c_char, u64);
pub type cb_fact_visitor =
    unsafe extern "C" fn(*mut c_void, *const c_char, *const c_char, *const c_char);

#[repr(C)]
pub struct cb_host {
    pub struct_size: u32,
    pub workers: u32,
    pub context: *mut c_void,
    pub run_on_workers: Option<
        unsafe extern "C" fn(
            *mut c_void,
            Option<unsafe extern "C" fn(*mut c_void, u32)>,
            *mut c_void,
        ),
    >,
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
    pub host: *const cb_host,
}

#[repr(C)]
pub struct cb_sorted_state {
    pub struct_size: u32,
    pub context: *mut c_void,
    pub size: u64,
    pub next: Option<
        unsafe extern "C" fn(*mut c_void, usize, *mut *const cb_key, *mut *const cb_bytes) -> i64,
    >,
}

#[repr(C)]
pub struct cb_position {
    pub block: u64,
    pub root: [u8; 32],
    pub empty: i32,
}

/// Optional functions that NOMT's plug-in does not offer have the type of a pointer to nothing in
/// particular.
pub type not_offered = Option<unsafe extern "C" fn()>;

#[repr(C)]
pub struct cb_backend_interface {
    pub struct_size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub summary: *const c_char,
    pub options: *const cb_option,
    pub option_count: usize,
    pub open: Option<
        unsafe extern "C" fn(
            *const cb_setting,
            usize,
            *const cb_resources,
            *mut *mut c_void,
            *mut cb_error,
        ) -> cb_code,
    >,
    pub close: Option<unsafe extern "C" fn(*mut c_void)>,
    pub scheme: Option<unsafe extern "C" fn(*mut c_void) -> *const c_char>,
    pub paths_of: not_offered,
    pub position:
        Option<unsafe extern "C" fn(*mut c_void, *mut cb_position, *mut cb_error) -> cb_code>,
    pub load:
        Option<unsafe extern "C" fn(*mut c_void, *const cb_sorted_state, *mut cb_error) -> cb_code>,
    pub stage: Option<
        unsafe extern "C" fn(*mut c_void, *const cb_change, usize, *mut cb_error) -> cb_code,
    >,
    pub merkleize: Option<unsafe extern "C" fn(*mut c_void, *mut u8, *mut cb_error) -> cb_code>,
    pub persist: Option<unsafe extern "C" fn(*mut c_void, u64, *mut cb_error) -> cb_code>,
    pub reopen: Option<unsafe extern "C" fn(*mut c_void, *mut cb_error) -> cb_code>,
    pub reader_open:
        Option<unsafe extern "C" fn(*mut c_void, *mut *mut c_void, *mut cb_error) -> cb_code>,
    pub reader_get: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const cb_key,
            *mut cb_bytes,
            *mut i32,
            *mut cb_error,
        ) -> cb_code,
    >,
    pub reader_close: Option<unsafe extern "C" fn(*mut c_void)>,
    pub stage_keys: not_offered,
    pub prove: not_offered,
    pub verify: not_offered,
    pub counters: Option<unsafe extern "C" fn(*mut c_void, cb_counter_visitor, *mut c_void)>,
    pub facts: Option<unsafe extern "C" fn(*mut c_void, cb_fact_visitor, *mut c_void)>,
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

// SAFETY: values of these four are static tables that nobody writes, and point to others and to
// static text.
unsafe impl Sync for cb_option {}
unsafe impl Sync for cb_backend_interface {}
unsafe impl Sync for cb_interface {}
unsafe impl Sync for cb_plugin {}

const _: () = {
    assert!(size_of::<cb_error>() == 512);
    assert!(size_of::<cb_bytes>() == 16 && offset_of!(cb_bytes, size) == 8);
    assert!(size_of::<cb_key>() == 32);
    assert!(size_of::<cb_change>() == 72);
    assert!(offset_of!(cb_change, old_value) == 32 && offset_of!(cb_change, new_value) == 48);
    assert!(offset_of!(cb_change, old_state) == 64 && offset_of!(cb_change, deleted) == 65);
    assert!(size_of::<cb_option>() == 48 && size_of::<cb_setting>() == 16);
    assert!(size_of::<cb_position>() == 48);
    assert!(offset_of!(cb_position, root) == 8 && offset_of!(cb_position, empty) == 40);
};

const _: () = {
    assert!(offset_of!(cb_plugin, abi_major) == 0 && offset_of!(cb_plugin, abi_minor) == 4);
    assert!(offset_of!(cb_plugin, struct_size) == 8);
    assert!(offset_of!(cb_plugin, interface_count) == 12);
    assert!(offset_of!(cb_plugin, interfaces) == 16 && offset_of!(cb_plugin, description) == 56);
    assert!(size_of::<cb_plugin>() == 64 && size_of::<cb_interface>() == 16);
};

const _: () = {
    assert!(offset_of!(cb_backend_interface, flags) == 4);
    assert!(offset_of!(cb_backend_interface, name) == 8);
    assert!(offset_of!(cb_backend_interface, open) == 40);
    assert!(offset_of!(cb_backend_interface, stage) == 88);
    assert!(offset_of!(cb_backend_interface, reader_get) == 128);
    assert!(offset_of!(cb_backend_interface, facts) == 176);
    assert!(size_of::<cb_backend_interface>() == 184);
};

const _: () = {
    assert!(offset_of!(cb_resources, memory_budget) == 8 && offset_of!(cb_resources, host) == 24);
    assert!(offset_of!(cb_host, workers) == 4 && offset_of!(cb_host, run_on_workers) == 16);
    assert!(offset_of!(cb_sorted_state, size) == 16 && offset_of!(cb_sorted_state, next) == 24);
};
