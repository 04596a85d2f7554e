// SPDX-License-Identifier: Apache-2.0
//! The real NOMT behind commitbench's plug-in ABI 1.0.
//!
//! `border` is what the host calls, and with `abi` the only place of unsafe code; behind it
//! everything is ordinary Rust: `backend` is the life of a backend, `database` an open NOMT,
//! `position` the block numbers that NOMT does not keep, `settings` the options.
#![deny(unsafe_code)]
#![deny(unsafe_op_in_unsafe_fn)]

#[allow(unsafe_code)]
mod abi;
mod backend;
#[allow(unsafe_code)]
mod border;
mod database;
mod fault;
mod position;
mod settings;
