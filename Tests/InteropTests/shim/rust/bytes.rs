//! Calls that read and write bytes only.
use crate::shim::*;
use std::ffi::{CStr, CString};
use std::mem::{size_of, MaybeUninit};
use std::os::raw::{c_char, c_ulong};
use std::ptr::{addr_of, null_mut};

pub const ROOM: usize = 128;

/// What a call answered: its result, and what it wrote.
pub type Answered = (i128, String);

pub fn plain(result: impl Into<i128>) -> Answered {
    (result.into(), "-".into())
}

pub fn data(hex: &str) -> Vec<u8> {
    if hex == "-" {
        return vec![];
    }
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
}

pub fn shown(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".into();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

pub fn c_text(text: &str) -> CString {
    CString::new(text).unwrap()
}

/// Runs a call that fills memory; its bytes are shown as far as the result says.
pub fn filled(call: impl FnOnce(*mut u8) -> i32) -> Answered {
    let mut memory = [0u64; ROOM / 8];
    let result = call(memory.as_mut_ptr().cast());
    let bytes = unsafe { std::slice::from_raw_parts(memory.as_ptr().cast::<u8>(), result.max(0) as usize) };
    (result.into(), shown(bytes))
}

pub fn text_of(call: impl FnOnce(*mut c_char) -> i32) -> Answered {
    let mut text = [0 as c_char; ROOM];
    let result = call(text.as_mut_ptr());
    let written = unsafe { CStr::from_ptr(text.as_ptr()) }.to_str().unwrap();
    (result.into(), if result >= 0 { written.into() } else { "-".into() })
}

pub fn exact(result: i32, bytes: &[u8]) -> Answered {
    (result.into(), if result >= 0 { shown(bytes) } else { "-".into() })
}

pub fn inet_pton(family: i32, text: &str) -> Answered {
    let mut bytes = [0u8; 16];
    let result = unsafe { csock_inet_pton(family, c_text(text).as_ptr(), bytes.as_mut_ptr()) };
    exact(result, &bytes[..if family == unsafe { csock_AF_INET } { 4 } else { 16 }])
}

pub fn inet_aton(text: &str) -> Answered {
    let mut bytes = [0u8; 4];
    let result = unsafe { csock_inet_aton(c_text(text).as_ptr(), bytes.as_mut_ptr()) };
    exact(result, &bytes)
}

/// Runs a call on memory that holds these bytes, and shows what it holds then.
pub fn changed(hex: &str, call: impl FnOnce(*mut u8)) -> Answered {
    let mut memory = data(hex);
    call(memory.as_mut_ptr());
    (0, shown(&memory))
}

pub fn get_ipv4(address: &[u8], found: i64) -> Answered {
    let (mut bytes, mut port) = ([0u8; 4], 0u16);
    let result =
        unsafe { csock_address_get_ipv4(address.as_ptr(), address.len() as u32, bytes.as_mut_ptr(), &mut port) };
    if result < 0 {
        return plain(result);
    }
    (found.into(), format!("{} {port}", shown(&bytes)))
}

pub fn get_ipv6(address: &[u8]) -> Answered {
    let (mut bytes, mut port, mut flow, mut scope) = ([0u8; 16], 0u16, 0u32, 0u32);
    let result = unsafe {
        let length = address.len() as u32;
        csock_address_get_ipv6(address.as_ptr(), length, bytes.as_mut_ptr(), &mut port, &mut flow, &mut scope)
    };
    if result < 0 {
        return plain(result);
    }
    (0, format!("{} {port} {flow} {scope}", shown(&bytes)))
}

pub fn control_put(room: usize, offset: usize, level: i32, kind: i32, bytes: &[u8]) -> Answered {
    let mut memory = vec![0u8; room];
    let result = unsafe {
        let (start, source) = (memory.as_mut_ptr().cast(), bytes.as_ptr().cast());
        csock_control_put(start, room, offset, level, kind, source, bytes.len())
    };
    (result.into(), shown(&memory))
}

pub fn control_next(control: &[u8], offset: usize) -> Answered {
    let mut record = ControlRecord::default();
    let result = unsafe { csock_control_next(control.as_ptr().cast(), control.len(), offset, &mut record) };
    if result <= 0 {
        return plain(result);
    }
    let ControlRecord { level, r#type, offset, count, partial } = record;
    (result.into(), format!("{level} {type} {offset} {count} {partial}"))
}

pub fn set_call(a: &[&str], call: impl FnOnce(*mut c_ulong, usize, i32) -> i32) -> Answered {
    let words = number::<usize>(a[0]);
    let mut set: Vec<c_ulong> = vec![0; words];
    for member in a[1].split(',').filter(|each| *each != "-") {
        unsafe { csock_set_insert(set.as_mut_ptr(), words, number(member)) };
    }
    let result = call(set.as_mut_ptr(), words, number(a[2]));
    let next = |from| Some(unsafe { csock_set_next(set.as_ptr(), words, from) }).filter(|at| *at >= 0);
    let members: Vec<String> = std::iter::successors(next(0), |at| next(at + 1)).map(|at| at.to_string()).collect();
    (result.into(), if members.is_empty() { "-".into() } else { members.join(",") })
}

pub fn constant(name: &str) -> Answered {
    let mut value = 0i64;
    match unsafe { csock_constant(c_text(name).as_ptr(), &mut value) } {
        0 => (0, value.to_string()),
        error => plain(error),
    }
}

pub fn symbol(name: &str) -> Answered {
    let place = unsafe { dlsym(null_mut(), c_text(&format!("csock_{name}")).as_ptr()) };
    if place.is_null() {
        return plain(-2);
    }
    (0, unsafe { *place }.to_string())
}

pub fn words(text: *const c_char) -> Answered {
    let shown = if text.is_null() { "-" } else { unsafe { CStr::from_ptr(text) }.to_str().unwrap() };
    (0, shown.into())
}

// std::mem::offset_of is newer than the compiler of Debian 12.
macro_rules! offset {
    ($struct:ident, $field:ident) => {{
        let place = MaybeUninit::<$struct>::uninit();
        unsafe { addr_of!((*place.as_ptr()).$field) as usize - place.as_ptr() as usize }
    }};
}

macro_rules! layouts {
    ($place:expr; $($name:literal $struct:ident: $($field:ident $text:literal)*;)*) => {
        match $place {
            $($name => size_of::<$struct>(), $(concat!($name, ".", $text) => offset!($struct, $field),)*)*
            other => panic!("{other}"),
        }
    };
}

pub fn layout(place: &str) -> Answered {
    plain(layouts! { place;
        "buffer" Buffer: base "base" count "count";
        "message" Message: buffers "buffers" address "address" control "control" buffer_count "buffer_count"
            control_length "control_length" address_length "address_length" flags "flags" transferred "transferred";
        "control_record" ControlRecord: level "level" r#type "type" offset "offset" count "count" partial "partial";
        "packet_info" PacketInfo: family "family" interface_index "interface_index" address "address";
        "credentials" Credentials: process "process" user "user" group "group";
        "pollfd" PollEntry: descriptor "descriptor" events "events" ready "ready";
        "question" Question: family "family" r#type "type" protocol "protocol" flags "flags";
        "answer" Answer: address "address" length "length" family "family" r#type "type" protocol "protocol";
        "interface" Interface: address "address" netmask "netmask" peer "peer" address_length "address_length"
            netmask_length "netmask_length" peer_length "peer_length" index "index" flags "flags" name "name";
        "constant" Constant: name "name" value "value" level "level" kind "kind";
    } as i64)
}
