"""A UDP client. Run: python3 datagram.py PORT /usr/local/lib/libcsocketshim.so"""
import ctypes
import os
import sys

port = int(sys.argv[1]) if len(sys.argv) > 1 else 7777
shim = ctypes.CDLL(sys.argv[2] if len(sys.argv) > 2 else "libcsocketshim.so")
shim.csock_error_name.restype = ctypes.c_char_p
# What counts bytes answers 64 bits, and takes a size_t.
for name in ("csock_sendto", "csock_recvfrom"):
    getattr(shim, name).restype = ctypes.c_int64
    getattr(shim, name).argtypes = [ctypes.c_int32, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int32, ctypes.c_void_p]
shim.csock_timeval_put.argtypes = [ctypes.c_void_p, ctypes.c_int64]


def constant(name):
    """Every constant is a symbol of the library."""
    return ctypes.c_int32.in_dll(shim, "csock_" + name).value


def check(result):
    """Every answer is a result, or a negated error code."""
    if result < 0:
        raise OSError(-result, os.strerror(-result) + f" ({shim.csock_error_name(result).decode()})")
    return result


peer = (ctypes.c_uint64 * 16)()  # CSOCK_ADDRESS_SIZE bytes
length = ctypes.c_uint32(check(shim.csock_address_put_ipv4(peer, 128, bytes([127, 0, 0, 1]), port)))
descriptor = check(shim.csock_socket(constant("AF_INET"), constant("SOCK_DGRAM") | constant("SOCK_CLOEXEC"), 0))
try:
    # A datagram gets lost without a word, so nobody waits for ever. How a time is laid out differs per system.
    patience = (ctypes.c_uint64 * 2)()
    size = shim.csock_timeval_put(patience, 5_000_000)
    check(shim.csock_setsockopt(descriptor, constant("SOL_SOCKET"), constant("SO_RCVTIMEO"), patience, size))
    for text in (b"hello from Python\n", b"goodbye from Python\n"):
        check(shim.csock_sendto(descriptor, text, len(text), 0, peer, length))
        # The next text goes to whom the answer came from: a server may have a port for each of its clients.
        buffer, length = ctypes.create_string_buffer(512), ctypes.c_uint32(128)
        count = check(shim.csock_recvfrom(descriptor, buffer, len(buffer), 0, peer, ctypes.byref(length)))
        print(buffer.raw[:count].decode(), end="")
finally:
    shim.csock_close(descriptor)
