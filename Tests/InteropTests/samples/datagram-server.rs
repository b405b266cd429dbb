// A UDP echo server. Build: rustc --edition=2021 datagram-server.rs -L /usr/local/lib
use std::{ffi::CStr, iter::repeat_with, os::raw::{c_char, c_void}};

#[link(name = "csocketshim")]
extern "C" {
    static csock_AF_INET: i32;
    static csock_SOCK_DGRAM: i32;
    static csock_SOCK_CLOEXEC: i32;
    static csock_EINTR: i32;
    fn csock_error_name(code: i32) -> *const c_char;
    fn csock_address_put_ipv4(address: *mut c_void, room: u32, bytes: *const u8, port: u16) -> i32;
    fn csock_address_get_ipv4(address: *const c_void, length: u32, bytes: *mut u8, port: *mut u16) -> i32;
    fn csock_socket(family: i32, kind: i32, protocol: i32) -> i32;
    fn csock_bind(descriptor: i32, address: *const c_void, length: u32) -> i32;
    fn csock_getsockname(descriptor: i32, address: *mut c_void, length: *mut u32) -> i32;
    fn csock_sendto(d: i32, bytes: *const c_void, count: usize, flags: i32, to: *const c_void, length: u32) -> i64;
    fn csock_recvfrom(d: i32, bytes: *mut c_void, count: usize, flags: i32, from: *mut c_void, length: *mut u32) -> i64;
    fn csock_close(descriptor: i32) -> i32;
}

/// A result; an error ends the program. What a signal interrupted is called again: the shim repeats nothing.
unsafe fn check<T: Into<i64>>(what: &str, mut call: impl FnMut() -> T) -> i64 {
    let result: i64 = repeat_with(|| call().into()).find(|result| *result != -i64::from(csock_EINTR)).unwrap();
    if result >= 0 { return result }
    let name = csock_error_name(result as i32); // Lives as long as the library.
    let text = if name.is_null() { "unknown error".into() } else { CStr::from_ptr(name).to_string_lossy() };
    eprintln!("{what}: {text}");
    std::process::exit(1)
}

fn main() {
    let datagrams = std::env::args().nth(1).map_or(1, |text| text.parse().unwrap());
    let (mut address, mut bytes, mut port) = ([0u64; 16], [127u8, 0, 0, 1], 0u16);
    let mut buffer = vec![0u8; 65536]; // more than any datagram has
    unsafe {
        let peer: *mut c_void = address.as_mut_ptr().cast();
        let mut length = check("address", || csock_address_put_ipv4(peer, 128, bytes.as_ptr(), port)) as u32;
        let server = check("socket", || csock_socket(csock_AF_INET, csock_SOCK_DGRAM | csock_SOCK_CLOEXEC, 0)) as i32;
        check("bind", || csock_bind(server, peer, length));
        check("getsockname", || csock_getsockname(server, peer, &mut length));
        check("address", || csock_address_get_ipv4(peer, length, bytes.as_mut_ptr(), &mut port));
        println!("{}:{port}", std::net::Ipv4Addr::from(bytes));
        for _ in 0..datagrams {
            let room: *mut c_void = buffer.as_mut_ptr().cast();
            let count = check("recvfrom", || {
                length = 128;
                csock_recvfrom(server, room, buffer.len(), 0, peer, &mut length)
            });
            // A datagram goes as a whole, or not at all. One of 0 bytes is a datagram, and not the end.
            check("sendto", || csock_sendto(server, room, count as usize, 0, peer, length));
        }
        csock_close(server);
    }
}
