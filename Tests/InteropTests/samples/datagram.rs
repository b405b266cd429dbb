// A UDP client. Build: rustc --edition=2021 datagram.rs -L /usr/local/lib
use std::{ffi::CStr, os::raw::{c_char, c_void}};

#[link(name = "csocketshim")]
extern "C" {
    static csock_AF_INET: i32;
    static csock_SOCK_DGRAM: i32;
    static csock_SOCK_CLOEXEC: i32;
    static csock_SOL_SOCKET: i32;
    static csock_SO_RCVTIMEO: i32;
    fn csock_error_name(code: i32) -> *const c_char;
    fn csock_address_put_ipv4(address: *mut c_void, room: u32, bytes: *const u8, port: u16) -> i32;
    fn csock_socket(family: i32, kind: i32, protocol: i32) -> i32;
    fn csock_timeval_put(time: *mut c_void, microseconds: i64) -> i32;
    fn csock_setsockopt(descriptor: i32, level: i32, name: i32, value: *const c_void, length: u32) -> i32;
    fn csock_sendto(d: i32, bytes: *const c_void, count: usize, flags: i32, to: *const c_void, length: u32) -> i64;
    fn csock_recvfrom(d: i32, bytes: *mut c_void, count: usize, flags: i32, from: *mut c_void, length: *mut u32) -> i64;
    fn csock_close(descriptor: i32) -> i32;
}

/// A result; an error ends the program.
unsafe fn check(what: &str, result: impl Into<i64>) -> i64 {
    let result = result.into();
    if result >= 0 { return result }
    let name = csock_error_name(result as i32); // Lives as long as the library.
    let text = if name.is_null() { "unknown error".into() } else { CStr::from_ptr(name).to_string_lossy() };
    eprintln!("{what}: {text}");
    std::process::exit(1)
}

fn main() {
    let port = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(7777);
    let (mut address, mut time, mut buffer) = ([0u64; 16], [0u64; 2], [0u8; 512]);
    unsafe {
        let peer: *mut c_void = address.as_mut_ptr().cast();
        let mut length = check("address", csock_address_put_ipv4(peer, 128, [127, 0, 0, 1].as_ptr(), port)) as u32;
        let socket = check("socket", csock_socket(csock_AF_INET, csock_SOCK_DGRAM | csock_SOCK_CLOEXEC, 0)) as i32;

        // A datagram gets lost without a word, so nobody waits for ever. How a time is laid out differs per system.
        let patience: *mut c_void = time.as_mut_ptr().cast();
        let size = csock_timeval_put(patience, 5_000_000) as u32;
        check("setsockopt", csock_setsockopt(socket, csock_SOL_SOCKET, csock_SO_RCVTIMEO, patience, size));

        for text in ["hello from Rust\n", "goodbye from Rust\n"] {
            check("sendto", csock_sendto(socket, text.as_ptr().cast(), text.len(), 0, peer, length));
            // The next text goes to whom the answer came from: a server may have a port for each of its clients.
            length = 128;
            let room = buffer.as_mut_ptr().cast();
            let count = check("recvfrom", csock_recvfrom(socket, room, buffer.len(), 0, peer, &mut length)) as usize;
            print!("{}", String::from_utf8_lossy(&buffer[..count]));
        }
        csock_close(socket);
    }
}
