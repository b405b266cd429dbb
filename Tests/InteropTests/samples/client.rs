// A TCP client. Build: rustc --edition=2021 client.rs -L /usr/local/lib
use std::{ffi::CStr, os::raw::{c_char, c_void}};

#[link(name = "csocketshim")]
extern "C" {
    static csock_AF_INET: i32;
    static csock_SOCK_STREAM: i32;
    static csock_SOCK_CLOEXEC: i32;
    static csock_MSG_NOSIGNAL: i32;
    static csock_SHUT_WR: i32;
    fn csock_error_name(code: i32) -> *const c_char;
    fn csock_address_put_ipv4(address: *mut c_void, room: u32, bytes: *const u8, port: u16) -> i32;
    fn csock_socket(family: i32, kind: i32, protocol: i32) -> i32;
    fn csock_connect(descriptor: i32, address: *const c_void, length: u32) -> i32;
    fn csock_send(descriptor: i32, bytes: *const c_void, count: usize, flags: i32) -> i64;
    fn csock_recv(descriptor: i32, bytes: *mut c_void, count: usize, flags: i32) -> i64;
    fn csock_shutdown(descriptor: i32, how: i32) -> i32;
    fn csock_close(descriptor: i32) -> i32;
}

/// A result, or the name of the error.
fn check(what: &str, result: i64) -> Result<i64, String> {
    if result >= 0 {
        return Ok(result);
    }
    // The names live as long as the library.
    let name = unsafe { csock_error_name(result as i32) };
    let text = if name.is_null() { "unknown error".into() } else { unsafe { CStr::from_ptr(name) }.to_string_lossy() };
    Err(format!("{what}: {text}"))
}

struct Socket(i32);

impl Drop for Socket {
    fn drop(&mut self) {
        unsafe { csock_close(self.0) };
    }
}

fn main() -> Result<(), String> {
    let port = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(7777);
    let mut address = [0u64; 16]; // CSOCK_ADDRESS_SIZE bytes
    let mut buffer = [0u8; 256];
    let text = b"hello from Rust\n";
    // Memory is the caller's, and is not kept after a call.
    unsafe {
        let room = address.as_mut_ptr().cast();
        let length = check("address", csock_address_put_ipv4(room, 128, [127, 0, 0, 1].as_ptr(), port).into())?;
        let socket = check("socket", csock_socket(csock_AF_INET, csock_SOCK_STREAM | csock_SOCK_CLOEXEC, 0).into())?;
        let socket = Socket(socket as i32);
        check("connect", csock_connect(socket.0, room, length as u32).into())?;
        check("send", csock_send(socket.0, text.as_ptr().cast(), text.len(), csock_MSG_NOSIGNAL))?;
        check("shutdown", csock_shutdown(socket.0, csock_SHUT_WR).into())?;
        loop {
            let count = check("recv", csock_recv(socket.0, buffer.as_mut_ptr().cast(), buffer.len(), 0))? as usize;
            if count == 0 {
                return Ok(());
            }
            print!("{}", String::from_utf8_lossy(&buffer[..count]));
        }
    }
}
