//! The shim from Rust, without any crate: reads calls, one per line, and prints what they answer.
mod bytes;
mod live;
mod shim;

use bytes::*;
use live::*;
use shim::*;
use std::ptr::null_mut;

fn run(call: &str, a: &[&str]) -> Answered {
    let at = |i: usize| data(a[i]);
    unsafe {
        match call {
            "inet_pton" => inet_pton(number(a[0]), a[1]),
            "inet_ntop" => text_of(|text| csock_inet_ntop(number(a[0]), at(1).as_ptr(), text, number(a[2]))),
            "inet_aton" => inet_aton(a[0]),
            "inet_addr" => plain(csock_inet_addr(c_text(a[0]).as_ptr())),
            "inet_ntoa" => text_of(|text| csock_inet_ntoa(at(0).as_ptr(), text, number(a[1]))),
            "htons" => plain(csock_htons(number(a[0]))),
            "ntohs" => plain(csock_ntohs(number(a[0]))),
            "htonl" => plain(csock_htonl(number(a[0]))),
            "ntohl" => plain(csock_ntohl(number(a[0]))),
            "htonll" => plain(csock_htonll(number(a[0]))),
            "ntohll" => plain(csock_ntohll(number(a[0]))),
            "bcmp" => plain(csock_bcmp(at(0).as_ptr(), at(1).as_ptr(), at(0).len())),
            "memcmp" => plain(csock_memcmp(at(0).as_ptr(), at(1).as_ptr(), at(0).len())),
            "bcopy" => changed(a[0], |m| csock_bcopy(m.add(number(a[1])), m.add(number(a[2])), number(a[3]))),
            "memmove" => changed(a[0], |m| csock_memmove(m.add(number(a[2])), m.add(number(a[1])), number(a[3]))),
            "memcpy" => changed(a[0], |m| csock_memcpy(m.add(number(a[2])), m.add(number(a[1])), number(a[3]))),
            "bzero" => changed(a[0], |m| csock_bzero(m, number(a[1]))),
            "memset" => changed(a[0], |m| csock_memset(m, number(a[1]), number(a[2]))),
            "address_family" => plain(csock_address_family(at(0).as_ptr(), at(0).len() as u32)),
            "put_ipv4" => filled(|m| csock_address_put_ipv4(m, number(a[0]), at(1).as_ptr(), number(a[2]))),
            "put_ipv6" => filled(|m| {
                csock_address_put_ipv6(m, number(a[0]), at(1).as_ptr(), number(a[2]), number(a[3]), number(a[4]))
            }),
            "put_unix" => filled(|m| csock_address_put_unix(m, number(a[0]), at(1).as_ptr(), at(1).len() as u32)),
            "get_unix" => filled(|m| csock_address_get_unix(at(0).as_ptr(), at(0).len() as u32, m, number(a[1]))),
            "get_ipv4" => get_ipv4(&at(0), 0),
            "get_ipv6" => get_ipv6(&at(0)),
            "control_space" => plain(csock_control_space(number(a[0])) as u64),
            "control_length" => plain(csock_control_length(number(a[0])) as u64),
            "control_put" => control_put(number(a[0]), number(a[1]), number(a[2]), number(a[3]), &at(4)),
            "control_next" => control_next(&at(0), number(a[1])),
            "set_words" => plain(csock_set_words(number(a[0])) as u64),
            "set_insert" => set_call(a, |set, words, one| csock_set_insert(set, words, one)),
            "set_remove" => set_call(a, |set, words, one| csock_set_remove(set, words, one)),
            "set_contains" => set_call(a, |set, words, one| csock_set_contains(set, words, one)),
            "set_next" => set_call(a, |set, words, from| csock_set_next(set, words, from)),
            "constant" => constant(a[0]),
            "symbol" => symbol(a[0]),
            "error_name" => words(csock_error_name(number(a[0]))),
            "error_text" => words(csock_error_text(number(a[0]))),
            "layout" => layout(a[0]),
            "live_pair" => live_pair(&at(0)),
            "live_echo" => live_echo(&at(0)),
            "live_message" => live_message(at(0), at(1)),
            "live_poll" => live_poll(&at(0)),
            "live_resolve" => live_resolve(a[0], a[1]),
            other => panic!("{other}"),
        }
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("a file with calls");
    let lines = std::fs::read_to_string(path).unwrap();
    let before = unsafe { csock_open_descriptors(null_mut(), 0) };
    for line in lines.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let (result, output) = run(columns[0], &columns[1..]);
        println!("{result}\t{output}");
    }
    assert_eq!(unsafe { csock_open_descriptors(null_mut(), 0) }, before, "a descriptor stayed open");
}
