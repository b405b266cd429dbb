"""A TCP echo server. Run: python3 server.py CLIENTS /usr/local/lib/libcsocketshim.so"""
import ctypes
import os
import sys

clients = int(sys.argv[1]) if len(sys.argv) > 1 else 1
shim = ctypes.CDLL(sys.argv[2] if len(sys.argv) > 2 else "libcsocketshim.so")
shim.csock_error_name.restype = ctypes.c_char_p
# What counts bytes answers 64 bits, and takes a size_t.
for name in ("csock_send", "csock_recv"):
    getattr(shim, name).restype = ctypes.c_int64
    getattr(shim, name).argtypes = [ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int32]


def constant(name):
    """Every constant is a symbol of the library."""
    return ctypes.c_int32.in_dll(shim, "csock_" + name).value


def check(call, *arguments):
    """A result, or an exception. What a signal interrupted is called again: the shim repeats nothing."""
    while (result := call(*arguments)) == -constant("EINTR"):
        pass
    if result < 0:
        raise OSError(-result, os.strerror(-result) + f" ({shim.csock_error_name(result).decode()})")
    return result


def echo(client):
    buffer = ctypes.create_string_buffer(4096)
    while count := check(shim.csock_recv, client, buffer, len(buffer), 0):
        sent = 0
        while sent < count:  # send may take a part of the bytes only
            rest = ctypes.byref(buffer, sent)
            sent += check(shim.csock_send, client, rest, count - sent, constant("MSG_NOSIGNAL"))


numbers, port = (ctypes.c_uint8 * 4)(127, 0, 0, 1), ctypes.c_uint16(0)
address = (ctypes.c_uint64 * 16)()  # CSOCK_ADDRESS_SIZE bytes
length = ctypes.c_uint32(check(shim.csock_address_put_ipv4, address, 128, numbers, port))
listener = check(shim.csock_socket, constant("AF_INET"), constant("SOCK_STREAM") | constant("SOCK_CLOEXEC"), 0)
try:
    check(shim.csock_bind, listener, address, length)
    check(shim.csock_listen, listener, 8)
    check(shim.csock_getsockname, listener, address, ctypes.byref(length))
    check(shim.csock_address_get_ipv4, address, length, numbers, ctypes.byref(port))
    print(".".join(map(str, numbers)) + f":{port.value}", flush=True)
    for _ in range(clients):
        client = check(shim.csock_accept, listener, None, None, constant("SOCK_CLOEXEC"))
        try:
            echo(client)
        finally:
            shim.csock_close(client)
finally:
    shim.csock_close(listener)
