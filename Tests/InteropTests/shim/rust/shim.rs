//! The structs, functions and constants of the shim, as Rust declares them.
use std::os::raw::{c_char, c_int, c_ulong, c_void};

#[repr(C)]
pub struct Buffer {
    pub base: *mut c_void,
    pub count: usize,
}

#[repr(C)]
pub struct Message {
    pub buffers: *mut Buffer,
    pub address: *mut c_void,
    pub control: *mut c_void,
    pub buffer_count: usize,
    pub control_length: usize,
    pub address_length: u32,
    pub flags: i32,
    pub transferred: usize,
}

#[repr(C)]
#[derive(Default)]
pub struct ControlRecord {
    pub level: i32,
    pub r#type: i32,
    pub offset: usize,
    pub count: usize,
    pub partial: i32,
}

#[repr(C)]
pub struct PacketInfo {
    pub family: i32,
    pub interface_index: u32,
    pub address: [u8; 16],
}

#[repr(C)]
pub struct Credentials {
    pub process: i32,
    pub user: u32,
    pub group: u32,
}

#[repr(C)]
pub struct PollEntry {
    pub descriptor: i32,
    pub events: i16,
    pub ready: i16,
}

#[repr(C)]
pub struct Question {
    pub family: i32,
    pub r#type: i32,
    pub protocol: i32,
    pub flags: i32,
}

#[repr(C)]
#[derive(Default)]
pub struct Answer {
    pub address: [u64; 16],
    pub length: u32,
    pub family: i32,
    pub r#type: i32,
    pub protocol: i32,
}

#[repr(C)]
pub struct Interface {
    pub address: [u64; 16],
    pub netmask: [u64; 16],
    pub peer: [u64; 16],
    pub address_length: u32,
    pub netmask_length: u32,
    pub peer_length: u32,
    pub index: u32,
    pub flags: u32,
    pub name: [c_char; 64],
}

#[repr(C)]
pub struct Constant {
    pub name: *const c_char,
    pub value: i32,
    pub level: i32,
    pub kind: i32,
}

#[link(name = "csocketshim")]
extern "C" {
    pub fn csock_inet_pton(family: i32, text: *const c_char, bytes: *mut u8) -> i32;
    pub fn csock_inet_ntop(family: i32, bytes: *const u8, text: *mut c_char, room: u32) -> i32;
    pub fn csock_inet_aton(text: *const c_char, bytes: *mut u8) -> i32;
    pub fn csock_inet_addr(text: *const c_char) -> i64;
    pub fn csock_inet_ntoa(bytes: *const u8, text: *mut c_char, room: u32) -> i32;
    pub fn csock_htons(number: u16) -> u16;
    pub fn csock_ntohs(number: u16) -> u16;
    pub fn csock_htonl(number: u32) -> u32;
    pub fn csock_ntohl(number: u32) -> u32;
    pub fn csock_htonll(number: u64) -> u64;
    pub fn csock_ntohll(number: u64) -> u64;
    pub fn csock_bcmp(one: *const u8, other: *const u8, count: usize) -> i32;
    pub fn csock_memcmp(one: *const u8, other: *const u8, count: usize) -> i32;
    pub fn csock_bcopy(source: *const u8, target: *mut u8, count: usize);
    pub fn csock_memmove(target: *mut u8, source: *const u8, count: usize);
    pub fn csock_memcpy(target: *mut u8, source: *const u8, count: usize);
    pub fn csock_bzero(bytes: *mut u8, count: usize);
    pub fn csock_memset(bytes: *mut u8, value: u8, count: usize);
    pub fn csock_address_family(address: *const u8, length: u32) -> i32;
    pub fn csock_address_put_ipv4(address: *mut u8, room: u32, bytes: *const u8, port: u16) -> i32;
    pub fn csock_address_get_ipv4(address: *const u8, length: u32, bytes: *mut u8, port: *mut u16) -> i32;
    pub fn csock_address_put_ipv6(a: *mut u8, room: u32, bytes: *const u8, port: u16, flow: u32, scope: u32) -> i32;
    pub fn csock_address_get_ipv6(
        address: *const u8, length: u32, bytes: *mut u8, port: *mut u16, flow: *mut u32, scope: *mut u32,
    ) -> i32;
    pub fn csock_address_put_unix(address: *mut u8, room: u32, name: *const u8, count: u32) -> i32;
    pub fn csock_address_get_unix(address: *const u8, length: u32, name: *mut u8, room: u32) -> i32;
    pub fn csock_control_space(count: usize) -> usize;
    pub fn csock_control_length(count: usize) -> usize;
    pub fn csock_control_put(
        control: *mut c_void, room: usize, offset: usize, level: i32, kind: i32, data: *const c_void, count: usize,
    ) -> i64;
    pub fn csock_control_next(control: *const c_void, length: usize, offset: usize, record: *mut ControlRecord) -> i64;
    pub fn csock_set_words(limit: i32) -> usize;
    pub fn csock_set_insert(set: *mut c_ulong, words: usize, descriptor: i32) -> i32;
    pub fn csock_set_remove(set: *mut c_ulong, words: usize, descriptor: i32) -> i32;
    pub fn csock_set_contains(set: *const c_ulong, words: usize, descriptor: i32) -> i32;
    pub fn csock_set_next(set: *const c_ulong, words: usize, from: i32) -> i32;
    pub fn csock_constant(name: *const c_char, value: *mut i64) -> i32;
    pub fn csock_error_name(code: i32) -> *const c_char;
    pub fn csock_error_text(code: i32) -> *const c_char;
    pub fn csock_socket(family: i32, kind: i32, protocol: i32) -> i32;
    pub fn csock_socketpair(family: i32, kind: i32, protocol: i32, descriptors: *mut i32) -> i32;
    pub fn csock_bind(descriptor: i32, address: *const u8, length: u32) -> i32;
    pub fn csock_listen(descriptor: i32, backlog: i32) -> i32;
    pub fn csock_connect(descriptor: i32, address: *const u8, length: u32) -> i32;
    pub fn csock_accept(descriptor: i32, address: *mut u8, length: *mut u32, flags: i32) -> i32;
    pub fn csock_getsockname(descriptor: i32, address: *mut u8, length: *mut u32) -> i32;
    pub fn csock_send(descriptor: i32, bytes: *const u8, count: usize, flags: i32) -> i64;
    pub fn csock_recv(descriptor: i32, bytes: *mut u8, count: usize, flags: i32) -> i64;
    pub fn csock_close(descriptor: i32) -> i32;
    pub fn csock_sendmsg(descriptor: i32, message: *const Message, flags: i32) -> i64;
    pub fn csock_recvmsg(descriptor: i32, message: *mut Message, flags: i32) -> i64;
    pub fn csock_poll(entries: *mut PollEntry, count: usize, timeout_ns: i64) -> i32;
    pub fn csock_resolve(
        host: *const c_char, service: *const c_char, question: *const Question, answers: *mut Answer, room: usize,
    ) -> i64;
    pub fn csock_open_descriptors(descriptors: *mut i32, room: usize) -> i64;

    pub static csock_AF_INET: i32;
    pub static csock_AF_UNIX: i32;
    pub static csock_SOCK_STREAM: i32;
    pub static csock_SOCK_CLOEXEC: i32;
    pub static csock_MSG_NOSIGNAL: i32;
    pub static csock_MSG_CMSG_CLOEXEC: i32;
    pub static csock_SOL_SOCKET: i32;
    pub static csock_SCM_RIGHTS: i32;
    pub static csock_POLLIN: i32;
    pub static csock_AI_NUMERICHOST: i32;
}

extern "C" {
    pub fn dlsym(library: *mut c_void, name: *const c_char) -> *const c_int;
}
