//! The shim from Rust, without any crate: reads calls, one per line, and prints what they answer.
use std::ffi::{c_char, c_int, c_ulong, c_void, CStr, CString};
use std::mem::{offset_of, size_of};
use std::ptr::{null, null_mut};

#[repr(C)]
struct Buffer {
    base: *mut c_void,
    count: usize,
}

#[repr(C)]
struct Message {
    buffers: *mut Buffer,
    address: *mut c_void,
    control: *mut c_void,
    buffer_count: usize,
    control_length: usize,
    address_length: u32,
    flags: i32,
    transferred: usize,
}

#[repr(C)]
#[derive(Default)]
struct ControlRecord {
    level: i32,
    r#type: i32,
    offset: usize,
    count: usize,
    partial: i32,
}

#[repr(C)]
struct PacketInfo {
    family: i32,
    interface_index: u32,
    address: [u8; 16],
}

#[repr(C)]
struct Credentials {
    process: i32,
    user: u32,
    group: u32,
}

#[repr(C)]
struct PollEntry {
    descriptor: i32,
    events: i16,
    ready: i16,
}

#[repr(C)]
struct Question {
    family: i32,
    r#type: i32,
    protocol: i32,
    flags: i32,
}

#[repr(C)]
#[derive(Default)]
struct Answer {
    address: [u64; 16],
    length: u32,
    family: i32,
    r#type: i32,
    protocol: i32,
}

#[repr(C)]
struct Interface {
    address: [u64; 16],
    netmask: [u64; 16],
    peer: [u64; 16],
    address_length: u32,
    netmask_length: u32,
    peer_length: u32,
    index: u32,
    flags: u32,
    name: [c_char; 64],
}

#[repr(C)]
struct Constant {
    name: *const c_char,
    value: i32,
    level: i32,
    kind: i32,
}

#[link(name = "csocketshim")]
extern "C" {
    fn csock_inet_pton(family: i32, text: *const c_char, bytes: *mut u8) -> i32;
    fn csock_inet_ntop(family: i32, bytes: *const u8, text: *mut c_char, room: u32) -> i32;
    fn csock_inet_aton(text: *const c_char, bytes: *mut u8) -> i32;
    fn csock_inet_addr(text: *const c_char) -> i64;
    fn csock_inet_ntoa(bytes: *const u8, text: *mut c_char, room: u32) -> i32;
    fn csock_htons(number: u16) -> u16;
    fn csock_ntohs(number: u16) -> u16;
    fn csock_htonl(number: u32) -> u32;
    fn csock_ntohl(number: u32) -> u32;
    fn csock_htonll(number: u64) -> u64;
    fn csock_ntohll(number: u64) -> u64;
    fn csock_bcmp(one: *const u8, other: *const u8, count: usize) -> i32;
    fn csock_memcmp(one: *const u8, other: *const u8, count: usize) -> i32;
    fn csock_bcopy(source: *const u8, target: *mut u8, count: usize);
    fn csock_memmove(target: *mut u8, source: *const u8, count: usize);
    fn csock_memcpy(target: *mut u8, source: *const u8, count: usize);
    fn csock_bzero(bytes: *mut u8, count: usize);
    fn csock_memset(bytes: *mut u8, value: u8, count: usize);
    fn csock_address_family(address: *const u8, length: u32) -> i32;
    fn csock_address_put_ipv4(address: *mut u8, room: u32, bytes: *const u8, port: u16) -> i32;
    fn csock_address_get_ipv4(address: *const u8, length: u32, bytes: *mut u8, port: *mut u16) -> i32;
    fn csock_address_put_ipv6(address: *mut u8, room: u32, bytes: *const u8, port: u16, flow: u32, scope: u32) -> i32;
    fn csock_address_get_ipv6(a: *const u8, n: u32, bytes: *mut u8, port: *mut u16, flow: *mut u32, scope: *mut u32) -> i32;
    fn csock_address_put_unix(address: *mut u8, room: u32, name: *const u8, count: u32) -> i32;
    fn csock_address_get_unix(address: *const u8, length: u32, name: *mut u8, room: u32) -> i32;
    fn csock_control_space(count: usize) -> usize;
    fn csock_control_length(count: usize) -> usize;
    fn csock_control_put(c: *mut c_void, room: usize, offset: usize, level: i32, kind: i32, data: *const c_void, n: usize) -> i64;
    fn csock_control_next(control: *const c_void, length: usize, offset: usize, record: *mut ControlRecord) -> i64;
    fn csock_set_words(limit: i32) -> usize;
    fn csock_set_insert(set: *mut c_ulong, words: usize, descriptor: i32) -> i32;
    fn csock_set_remove(set: *mut c_ulong, words: usize, descriptor: i32) -> i32;
    fn csock_set_contains(set: *const c_ulong, words: usize, descriptor: i32) -> i32;
    fn csock_set_next(set: *const c_ulong, words: usize, from: i32) -> i32;
    fn csock_constant(name: *const c_char, value: *mut i64) -> i32;
    fn csock_error_name(code: i32) -> *const c_char;
    fn csock_error_text(code: i32) -> *const c_char;
    fn csock_socket(family: i32, kind: i32, protocol: i32) -> i32;
    fn csock_socketpair(family: i32, kind: i32, protocol: i32, descriptors: *mut i32) -> i32;
    fn csock_bind(descriptor: i32, address: *const u8, length: u32) -> i32;
    fn csock_listen(descriptor: i32, backlog: i32) -> i32;
    fn csock_connect(descriptor: i32, address: *const u8, length: u32) -> i32;
    fn csock_accept(descriptor: i32, address: *mut u8, length: *mut u32, flags: i32) -> i32;
    fn csock_getsockname(descriptor: i32, address: *mut u8, length: *mut u32) -> i32;
    fn csock_send(descriptor: i32, bytes: *const u8, count: usize, flags: i32) -> i64;
    fn csock_recv(descriptor: i32, bytes: *mut u8, count: usize, flags: i32) -> i64;
    fn csock_close(descriptor: i32) -> i32;
    fn csock_sendmsg(descriptor: i32, message: *const Message, flags: i32) -> i64;
    fn csock_recvmsg(descriptor: i32, message: *mut Message, flags: i32) -> i64;
    fn csock_poll(entries: *mut PollEntry, count: usize, timeout_ns: i64) -> i32;
    fn csock_resolve(host: *const c_char, service: *const c_char, q: *const Question, a: *mut Answer, room: usize) -> i64;
    fn csock_open_descriptors(descriptors: *mut i32, room: usize) -> i64;

    static csock_AF_INET: i32;
    static csock_AF_UNIX: i32;
    static csock_SOCK_STREAM: i32;
    static csock_SOCK_CLOEXEC: i32;
    static csock_MSG_NOSIGNAL: i32;
    static csock_MSG_CMSG_CLOEXEC: i32;
    static csock_SOL_SOCKET: i32;
    static csock_SCM_RIGHTS: i32;
    static csock_POLLIN: i32;
    static csock_AI_NUMERICHOST: i32;
}

extern "C" {
    fn dlsym(library: *mut c_void, name: *const c_char) -> *const c_int;
}

const ROOM: usize = 128;

/// What a call answered: its result, and what it wrote.
type Answered = (i128, String);

fn plain(result: impl Into<i128>) -> Answered {
    (result.into(), "-".into())
}

fn data(hex: &str) -> Vec<u8> {
    if hex == "-" {
        return vec![];
    }
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
}

fn shown(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".into();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

fn c_text(text: &str) -> CString {
    CString::new(text).unwrap()
}

/// Runs a call that fills memory; its bytes are shown as far as the result says.
fn filled(call: impl FnOnce(*mut u8) -> i32) -> Answered {
    let mut memory = [0u64; ROOM / 8];
    let result = call(memory.as_mut_ptr().cast());
    let bytes = unsafe { std::slice::from_raw_parts(memory.as_ptr().cast::<u8>(), result.max(0) as usize) };
    (result.into(), shown(bytes))
}

fn text_of(call: impl FnOnce(*mut c_char) -> i32) -> Answered {
    let mut text = [0 as c_char; ROOM];
    let result = call(text.as_mut_ptr());
    let written = unsafe { CStr::from_ptr(text.as_ptr()) }.to_str().unwrap();
    (result.into(), if result >= 0 { written.into() } else { "-".into() })
}

fn exact(result: i32, bytes: &[u8]) -> Answered {
    (result.into(), if result >= 0 { shown(bytes) } else { "-".into() })
}

fn inet_pton(family: i32, text: &str) -> Answered {
    let mut bytes = [0u8; 16];
    let result = unsafe { csock_inet_pton(family, c_text(text).as_ptr(), bytes.as_mut_ptr()) };
    exact(result, &bytes[..if family == unsafe { csock_AF_INET } { 4 } else { 16 }])
}

fn inet_aton(text: &str) -> Answered {
    let mut bytes = [0u8; 4];
    let result = unsafe { csock_inet_aton(c_text(text).as_ptr(), bytes.as_mut_ptr()) };
    exact(result, &bytes)
}

/// Runs a call on memory that holds these bytes, and shows what it holds then.
fn changed(hex: &str, call: impl FnOnce(*mut u8)) -> Answered {
    let mut memory = data(hex);
    call(memory.as_mut_ptr());
    (0, shown(&memory))
}

fn get_ipv4(address: &[u8], found: i64) -> Answered {
    let (mut bytes, mut port) = ([0u8; 4], 0u16);
    let result =
        unsafe { csock_address_get_ipv4(address.as_ptr(), address.len() as u32, bytes.as_mut_ptr(), &mut port) };
    if result < 0 {
        return plain(result);
    }
    (found.into(), format!("{} {port}", shown(&bytes)))
}

fn get_ipv6(address: &[u8]) -> Answered {
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

fn control_put(room: usize, offset: usize, level: i32, kind: i32, bytes: &[u8]) -> Answered {
    let mut memory = vec![0u8; room];
    let result = unsafe {
        let (start, source) = (memory.as_mut_ptr().cast(), bytes.as_ptr().cast());
        csock_control_put(start, room, offset, level, kind, source, bytes.len())
    };
    (result.into(), shown(&memory))
}

fn control_next(control: &[u8], offset: usize) -> Answered {
    let mut record = ControlRecord::default();
    let result = unsafe { csock_control_next(control.as_ptr().cast(), control.len(), offset, &mut record) };
    if result <= 0 {
        return plain(result);
    }
    let ControlRecord { level, r#type, offset, count, partial } = record;
    (result.into(), format!("{level} {type} {offset} {count} {partial}"))
}

fn set_call(a: &[&str], call: impl FnOnce(*mut c_ulong, usize, i32) -> i32) -> Answered {
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

fn constant(name: &str) -> Answered {
    let mut value = 0i64;
    match unsafe { csock_constant(c_text(name).as_ptr(), &mut value) } {
        0 => (0, value.to_string()),
        error => plain(error),
    }
}

fn symbol(name: &str) -> Answered {
    let place = unsafe { dlsym(null_mut(), c_text(&format!("csock_{name}")).as_ptr()) };
    if place.is_null() {
        return plain(-2);
    }
    (0, unsafe { *place }.to_string())
}

fn words(text: *const c_char) -> Answered {
    let shown = if text.is_null() { "-" } else { unsafe { CStr::from_ptr(text) }.to_str().unwrap() };
    (0, shown.into())
}

macro_rules! layouts {
    ($place:expr; $($name:literal $struct:ident: $($field:ident $text:literal)*;)*) => {
        match $place {
            $($name => size_of::<$struct>(), $(concat!($name, ".", $text) => offset_of!($struct, $field),)*)*
            other => panic!("{other}"),
        }
    };
}

fn layout(place: &str) -> Answered {
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

fn pair() -> [i32; 2] {
    let mut ends = [-1; 2];
    unsafe {
        let kind = csock_SOCK_STREAM | csock_SOCK_CLOEXEC;
        assert_eq!(csock_socketpair(csock_AF_UNIX, kind, 0, ends.as_mut_ptr()), 0);
    }
    ends
}

fn transfer(source: i32, target: i32, bytes: &[u8]) -> Vec<u8> {
    let mut memory = vec![0u8; ROOM];
    let got = unsafe {
        csock_send(source, bytes.as_ptr(), bytes.len(), csock_MSG_NOSIGNAL);
        csock_recv(target, memory.as_mut_ptr(), memory.len(), 0)
    };
    memory.truncate(got.max(0) as usize);
    memory
}

fn close_all(descriptors: &[i32]) {
    descriptors.iter().for_each(|each| assert_eq!(unsafe { csock_close(*each) }, 0));
}

fn live_pair(bytes: &[u8]) -> Answered {
    let [one, other] = pair();
    let got = transfer(one, other, bytes);
    close_all(&[one]);
    let end = unsafe { csock_recv(other, null_mut(), 0, 0) };
    close_all(&[other]);
    (end.into(), shown(&got))
}

fn live_echo(bytes: &[u8]) -> Answered {
    let (mut memory, mut length) = ([0u64; ROOM / 8], ROOM as u32);
    let address: *mut u8 = memory.as_mut_ptr().cast();
    unsafe {
        let kind = csock_SOCK_STREAM | csock_SOCK_CLOEXEC;
        let (listener, client) = (csock_socket(csock_AF_INET, kind, 0), csock_socket(csock_AF_INET, kind, 0));
        let made = csock_address_put_ipv4(address, ROOM as u32, [127u8, 0, 0, 1].as_ptr(), 0);
        csock_bind(listener, address, made as u32);
        csock_listen(listener, 1);
        csock_getsockname(listener, address, &mut length);
        let connected = csock_connect(client, address, length);
        let server = csock_accept(listener, null_mut(), null_mut(), csock_SOCK_CLOEXEC);
        let got = transfer(server, client, &transfer(client, server, bytes));
        close_all(&[listener, client, server]);
        (connected.into(), shown(&got))
    }
}

/// A message over these buffers, with 64 bytes for control data.
fn message(buffers: &mut [Buffer], control: &mut [usize; 8]) -> Message {
    Message {
        buffers: buffers.as_mut_ptr(),
        address: null_mut(),
        control: control.as_mut_ptr().cast(),
        buffer_count: buffers.len(),
        control_length: 64,
        address_length: 0,
        flags: 0,
        transferred: 0,
    }
}

/// Two buffers and a descriptor in one message.
fn live_message(mut first: Vec<u8>, mut second: Vec<u8>) -> Answered {
    let [one, other] = pair();
    let (mut control, mut room) = ([0usize; 8], [0u8; ROOM]);
    let buffer = |bytes: &mut [u8]| Buffer { base: bytes.as_mut_ptr().cast(), count: bytes.len() };
    unsafe {
        let start = control.as_mut_ptr().cast();
        let descriptor = (&one as *const i32).cast();
        let end = csock_control_put(start, 64, 0, csock_SOL_SOCKET, csock_SCM_RIGHTS, descriptor, 4);
        let mut buffers = [buffer(&mut first), buffer(&mut second)];
        let sent = Message { control_length: end as usize, ..message(&mut buffers, &mut control) };
        csock_sendmsg(one, &sent, 0);
        let mut buffers = [buffer(&mut room)];
        let mut got = message(&mut buffers, &mut control);
        let count = csock_recvmsg(other, &mut got, csock_MSG_CMSG_CLOEXEC);
        let mut record = ControlRecord::default();
        csock_control_next(control.as_ptr().cast(), got.control_length, 0, &mut record);
        let passed = control.as_ptr().cast::<u8>().add(record.offset).cast::<i32>().read_unaligned();
        let closed = csock_close(passed);
        close_all(&[one, other]);
        (count.into(), format!("{} {} {closed}", shown(&room[..count as usize]), record.count / 4))
    }
}

fn live_poll(bytes: &[u8]) -> Answered {
    let [one, other] = pair();
    unsafe {
        csock_send(one, bytes.as_ptr(), bytes.len(), 0);
        let mut entry = PollEntry { descriptor: other, events: csock_POLLIN as i16, ready: 0 };
        let result = csock_poll(&mut entry, 1, 0);
        close_all(&[one, other]);
        (result.into(), (i32::from(entry.ready) & csock_POLLIN).to_string())
    }
}

fn live_resolve(host: &str, service: &str) -> Answered {
    let mut answer = Answer::default();
    let result = unsafe {
        let (family, r#type) = (csock_AF_INET, csock_SOCK_STREAM);
        let question = Question { family, r#type, protocol: 0, flags: csock_AI_NUMERICHOST };
        csock_resolve(c_text(host).as_ptr(), c_text(service).as_ptr(), &question, &mut answer, 1)
    };
    if result <= 0 {
        return plain(result);
    }
    let bytes = unsafe { std::slice::from_raw_parts(answer.address.as_ptr().cast(), answer.length as usize) };
    get_ipv4(bytes, result)
}

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
    let before = unsafe { csock_open_descriptors(null::<i32>().cast_mut(), 0) };
    for line in lines.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let (result, output) = run(columns[0], &columns[1..]);
        println!("{result}\t{output}");
    }
    assert_eq!(unsafe { csock_open_descriptors(null_mut(), 0) }, before, "a descriptor stayed open");
}
