"""A UDP echo server. Run: python3 datagram-server.py DATAGRAMS /usr/local/lib/libcsocketshim.so"""
import ctypes
import os
import sys

datagrams = int(sys.argv[1]) if len(sys.argv) > 1 else 1
shim = ctypes.CDLL(sys.argv[2] if len(sys.argv) > 2 else "libcsocketshim.so")
shim.csock_error_name.restype = ctypes.c_char_p
# What counts bytes answers 64 bits, and takes a size_t.
for name in ("csock_sendto", "csock_recvfrom"):
    getattr(shim, name).restype = ctypes.c_int64
    getattr(shim, name).argtypes = [ctypes.c_int32, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int32, ctypes.c_void_p]


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


numbers, port = (ctypes.c_uint8 * 4)(127, 0, 0, 1), ctypes.c_uint16(0)
address = (ctypes.c_uint64 * 16)()  # CSOCK_ADDRESS_SIZE bytes
length = ctypes.c_uint32(check(shim.csock_address_put_ipv4, address, 128, numbers, port))
server = check(shim.csock_socket, constant("AF_INET"), constant("SOCK_DGRAM") | constant("SOCK_CLOEXEC"), 0)
try:
    check(shim.csock_bind, server, address, length)
    check(shim.csock_getsockname, server, address, ctypes.byref(length))
    check(shim.csock_address_get_ipv4, address, length, numbers, ctypes.byref(port))
    print(".".join(map(str, numbers)) + f":{port.value}", flush=True)
    buffer = ctypes.create_string_buffer(65536)  # more than any datagram has
    for _ in range(datagrams):
        length.value = 128
        count = check(shim.csock_recvfrom, server, buffer, len(buffer), 0, address, ctypes.byref(length))
        # A datagram goes as a whole, or not at all. One of 0 bytes is a datagram, and not the end.
        check(shim.csock_sendto, server, buffer, count, 0, address, length)
finally:
    shim.csock_close(server)
