"""A client over a Unix socket. Run: python3 unix.py PATH /usr/local/lib/libcsocketshim.so"""
import ctypes
import os
import sys

# The address is a path. Everything else is as with TCP.
path = os.fsencode(sys.argv[1] if len(sys.argv) > 1 else "/tmp/echo")
shim = ctypes.CDLL(sys.argv[2] if len(sys.argv) > 2 else "libcsocketshim.so")
shim.csock_error_name.restype = ctypes.c_char_p
# What counts bytes answers 64 bits, and takes a size_t.
for name in ("csock_send", "csock_recv"):
    getattr(shim, name).restype = ctypes.c_int64
    getattr(shim, name).argtypes = [ctypes.c_int32, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int32]


def constant(name):
    """Every constant is a symbol of the library."""
    return ctypes.c_int32.in_dll(shim, "csock_" + name).value


def check(result):
    """Every answer is a result, or a negated error code."""
    if result < 0:
        raise OSError(-result, os.strerror(-result) + f" ({shim.csock_error_name(result).decode()})")
    return result


address = (ctypes.c_uint64 * 16)()  # CSOCK_ADDRESS_SIZE bytes
length = check(shim.csock_address_put_unix(address, 128, path, len(path)))
descriptor = check(shim.csock_socket(constant("AF_UNIX"), constant("SOCK_STREAM") | constant("SOCK_CLOEXEC"), 0))
try:
    check(shim.csock_connect(descriptor, address, length))
    text = b"hello from Python\n"
    check(shim.csock_send(descriptor, text, len(text), constant("MSG_NOSIGNAL")))
    check(shim.csock_shutdown(descriptor, constant("SHUT_WR")))
    buffer = ctypes.create_string_buffer(256)
    while count := check(shim.csock_recv(descriptor, buffer, len(buffer), 0)):
        print(buffer.raw[:count].decode(), end="")
finally:
    shim.csock_close(descriptor)
