//! Calls on real sockets.
use crate::bytes::*;
use crate::shim::*;
use std::ptr::null_mut;

pub fn pair() -> [i32; 2] {
    let mut ends = [-1; 2];
    unsafe {
        let kind = csock_SOCK_STREAM | csock_SOCK_CLOEXEC;
        assert_eq!(csock_socketpair(csock_AF_UNIX, kind, 0, ends.as_mut_ptr()), 0);
    }
    ends
}

pub fn transfer(source: i32, target: i32, bytes: &[u8]) -> Vec<u8> {
    let mut memory = vec![0u8; ROOM];
    let got = unsafe {
        csock_send(source, bytes.as_ptr(), bytes.len(), csock_MSG_NOSIGNAL);
        csock_recv(target, memory.as_mut_ptr(), memory.len(), 0)
    };
    memory.truncate(got.max(0) as usize);
    memory
}

pub fn close_all(descriptors: &[i32]) {
    descriptors.iter().for_each(|each| assert_eq!(unsafe { csock_close(*each) }, 0));
}

pub fn live_pair(bytes: &[u8]) -> Answered {
    let [one, other] = pair();
    let got = transfer(one, other, bytes);
    close_all(&[one]);
    let end = unsafe { csock_recv(other, null_mut(), 0, 0) };
    close_all(&[other]);
    (end.into(), shown(&got))
}

pub fn live_echo(bytes: &[u8]) -> Answered {
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
pub fn message(buffers: &mut [Buffer], control: &mut [usize; 8]) -> Message {
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
pub fn live_message(mut first: Vec<u8>, mut second: Vec<u8>) -> Answered {
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

pub fn live_poll(bytes: &[u8]) -> Answered {
    let [one, other] = pair();
    unsafe {
        csock_send(one, bytes.as_ptr(), bytes.len(), 0);
        let mut entry = PollEntry { descriptor: other, events: csock_POLLIN as i16, ready: 0 };
        let result = csock_poll(&mut entry, 1, 0);
        close_all(&[one, other]);
        (result.into(), (i32::from(entry.ready) & csock_POLLIN).to_string())
    }
}

pub fn live_resolve(host: &str, service: &str) -> Answered {
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
