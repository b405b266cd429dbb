// A TCP echo server. Build: rustc --edition=2021 server.rs -L /usr/local/lib
use std::{ffi::CStr, iter::repeat_with, os::raw::{c_char, c_void}, ptr::null_mut};

#[link(name = "csocketshim")]
extern "C" {
    static csock_AF_INET: i32;
    static csock_SOCK_STREAM: i32;
    static csock_SOCK_CLOEXEC: i32;
    static csock_MSG_NOSIGNAL: i32;
    static csock_EINTR: i32;
    fn csock_error_name(code: i32) -> *const c_char;
    fn csock_address_put_ipv4(address: *mut c_void, room: u32, bytes: *const u8, port: u16) -> i32;
    fn csock_address_get_ipv4(address: *const c_void, length: u32, bytes: *mut u8, port: *mut u16) -> i32;
    fn csock_socket(family: i32, kind: i32, protocol: i32) -> i32;
    fn csock_bind(descriptor: i32, address: *const c_void, length: u32) -> i32;
    fn csock_listen(descriptor: i32, backlog: i32) -> i32;
    fn csock_getsockname(descriptor: i32, address: *mut c_void, length: *mut u32) -> i32;
    fn csock_accept(descriptor: i32, address: *mut c_void, length: *mut u32, flags: i32) -> i32;
    fn csock_recv(descriptor: i32, bytes: *mut c_void, count: usize, flags: i32) -> i64;
    fn csock_send(descriptor: i32, bytes: *const c_void, count: usize, flags: i32) -> i64;
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
    let clients = std::env::args().nth(1).map_or(1, |text| text.parse().unwrap());
    let (mut address, mut bytes, mut port, mut buffer) = ([0u64; 16], [127u8, 0, 0, 1], 0u16, [0u8; 4096]);
    unsafe {
        let room = address.as_mut_ptr().cast();
        let mut length = check("address", || csock_address_put_ipv4(room, 128, bytes.as_ptr(), port)) as u32;
        let server = check("socket", || csock_socket(csock_AF_INET, csock_SOCK_STREAM | csock_SOCK_CLOEXEC, 0)) as i32;
        check("bind", || csock_bind(server, room, length));
        check("listen", || csock_listen(server, 8));
        check("getsockname", || csock_getsockname(server, room, &mut length));
        check("address", || csock_address_get_ipv4(room, length, bytes.as_mut_ptr(), &mut port));
        println!("{}:{port}", std::net::Ipv4Addr::from(bytes));
        for _ in 0..clients {
            let client = check("accept", || csock_accept(server, null_mut(), null_mut(), csock_SOCK_CLOEXEC)) as i32;
            while let end @ 1.. = check("recv", || csock_recv(client, buffer.as_mut_ptr().cast(), 4096, 0)) as usize {
                let mut rest = &buffer[..end]; // send may take a part of the bytes only
                while !rest.is_empty() {
                    let send = || csock_send(client, rest.as_ptr().cast(), rest.len(), csock_MSG_NOSIGNAL);
                    rest = &rest[check("send", send) as usize..];
                }
            }
            csock_close(client);
        }
        csock_close(server);
    }
}
