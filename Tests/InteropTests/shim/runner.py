"""The shim from Python: reads calls, one per line, and prints what they answer."""
import ctypes as c
import os
import socket
import sys

shim = c.CDLL(sys.argv[1])
SIZE = 128


class Buffer(c.Structure):
    _fields_ = [("base", c.c_void_p), ("count", c.c_size_t)]


class Message(c.Structure):
    _fields_ = [("buffers", c.POINTER(Buffer)), ("address", c.c_void_p), ("control", c.c_void_p),
                ("buffer_count", c.c_size_t), ("control_length", c.c_size_t), ("address_length", c.c_uint32),
                ("flags", c.c_int32), ("transferred", c.c_size_t)]


class ControlRecord(c.Structure):
    _fields_ = [("level", c.c_int32), ("type", c.c_int32), ("offset", c.c_size_t), ("count", c.c_size_t),
                ("partial", c.c_int32)]


class PacketInfo(c.Structure):
    _fields_ = [("family", c.c_int32), ("interface_index", c.c_uint32), ("address", c.c_uint8 * 16)]


class Credentials(c.Structure):
    _fields_ = [("process", c.c_int32), ("user", c.c_uint32), ("group", c.c_uint32)]


class PollEntry(c.Structure):
    _fields_ = [("descriptor", c.c_int32), ("events", c.c_int16), ("ready", c.c_int16)]


class Question(c.Structure):
    _fields_ = [("family", c.c_int32), ("type", c.c_int32), ("protocol", c.c_int32), ("flags", c.c_int32)]


class Answer(c.Structure):
    _fields_ = [("address", c.c_uint64 * 16), ("length", c.c_uint32), ("family", c.c_int32), ("type", c.c_int32),
                ("protocol", c.c_int32)]


class Interface(c.Structure):
    _fields_ = [("address", c.c_uint64 * 16), ("netmask", c.c_uint64 * 16), ("peer", c.c_uint64 * 16),
                ("address_length", c.c_uint32), ("netmask_length", c.c_uint32), ("peer_length", c.c_uint32),
                ("index", c.c_uint32), ("flags", c.c_uint32), ("name", c.c_char * 64)]


class Constant(c.Structure):
    _fields_ = [("name", c.c_char_p), ("value", c.c_int32), ("level", c.c_int32), ("kind", c.c_int32)]


STRUCTS = {"buffer": Buffer, "message": Message, "control_record": ControlRecord, "packet_info": PacketInfo,
           "credentials": Credentials, "pollfd": PollEntry, "question": Question, "answer": Answer,
           "interface": Interface, "constant": Constant}

# What a call takes and gives: i and u are 32 bits, l and L 64, h 16, b 8, z a size, s text, p memory, v nothing.
TYPES = {"i": c.c_int32, "u": c.c_uint32, "l": c.c_int64, "L": c.c_uint64, "h": c.c_uint16, "b": c.c_uint8,
         "z": c.c_size_t, "s": c.c_char_p, "p": c.c_void_p, "v": None}
SIGNATURES = """
inet_pton:isp>i inet_ntop:ippu>i inet_aton:sp>i inet_addr:s>l inet_ntoa:ppu>i
htons:h>h ntohs:h>h htonl:u>u ntohl:u>u htonll:L>L ntohll:L>L
bcmp:ppz>i memcmp:ppz>i bcopy:ppz>v memmove:ppz>v memcpy:ppz>v bzero:pz>v memset:pbz>v
address_family:pu>i address_put_ipv4:puph>i address_get_ipv4:pupp>i
address_put_ipv6:puphuu>i address_get_ipv6:pupppp>i address_put_unix:pupu>i address_get_unix:pupu>i
control_space:z>z control_length:z>z control_put:pzziipz>l control_next:pzzp>l
set_words:i>z set_insert:pzi>i set_remove:pzi>i set_contains:pzi>i set_next:pzi>i
constant:sp>i error_name:i>s error_text:i>s
socket:iii>i socketpair:iiip>i bind:ipu>i listen:ii>i connect:ipu>i accept:ippi>i getsockname:ipp>i
send:ipzi>l recv:ipzi>l close:i>i sendmsg:ipi>l recvmsg:ipi>l poll:pzl>i resolve:ssppz>l
"""
for signature in SIGNATURES.split():
    name, types = signature.split(":")
    arguments, result = types.split(">")
    function = getattr(shim, "csock_" + name)
    function.argtypes = [TYPES[each] for each in arguments]
    function.restype = TYPES[result]


def number(name):
    return c.c_int32.in_dll(shim, "csock_" + name).value


def data(text):
    return b"" if text == "-" else bytes.fromhex(text)


def shown(octets):
    return bytes(octets).hex() or "-"


def filled(call, room=SIZE):
    """Runs a call that fills memory; its bytes are shown as far as the result says."""
    memory = c.create_string_buffer(room)
    result = call(memory)
    return result, shown(memory.raw[:result]) if result >= 0 else "-"


def text_of(call, room):
    text = c.create_string_buffer(SIZE)
    result = call(text, room)
    return result, text.value.decode() if result >= 0 else "-"


def inet_pton(family, text):
    memory = c.create_string_buffer(16)
    result = shim.csock_inet_pton(int(family), text.encode(), memory)
    return result, shown(memory.raw[:4 if int(family) == socket.AF_INET else 16]) if result == 0 else "-"


def inet_aton(text):
    memory = c.create_string_buffer(4)
    result = shim.csock_inet_aton(text.encode(), memory)
    return result, shown(memory.raw) if result == 0 else "-"


def swap(name):
    return lambda value: (getattr(shim, "csock_" + name)(int(value)), "-")


def compare(name):
    return lambda one, other: (getattr(shim, "csock_" + name)(data(one), data(other), len(data(one))), "-")


def move(name, source_first):
    def run(octets, source, target, count):
        memory = c.create_string_buffer(data(octets), len(data(octets)))
        start = c.addressof(memory)
        places = [start + int(source), start + int(target)]
        getattr(shim, "csock_" + name)(*(places if source_first else places[::-1]), int(count))
        return 0, shown(memory.raw)
    return run


def bzero(octets, count):
    memory = c.create_string_buffer(data(octets), len(data(octets)))
    shim.csock_bzero(memory, int(count))
    return 0, shown(memory.raw)


def memset(octets, value, count):
    memory = c.create_string_buffer(data(octets), len(data(octets)))
    shim.csock_memset(memory, int(value), int(count))
    return 0, shown(memory.raw)


def get_ipv4(address):
    octets, port = c.create_string_buffer(4), c.c_uint16()
    result = shim.csock_address_get_ipv4(data(address), len(data(address)), octets, c.byref(port))
    return result, f"{shown(octets.raw)} {port.value}" if result == 0 else "-"


def get_ipv6(address):
    octets, port, flow, scope = c.create_string_buffer(16), c.c_uint16(), c.c_uint32(), c.c_uint32()
    result = shim.csock_address_get_ipv6(data(address), len(data(address)), octets, c.byref(port), c.byref(flow),
                                         c.byref(scope))
    return result, f"{shown(octets.raw)} {port.value} {flow.value} {scope.value}" if result == 0 else "-"


def control_put(room, offset, level, kind, octets):
    memory = c.create_string_buffer(int(room) + 1)
    result = shim.csock_control_put(memory, int(room), int(offset), int(level), int(kind), data(octets),
                                    len(data(octets)))
    return result, shown(memory.raw[:int(room)])


def control_next(control, offset):
    record = ControlRecord()
    result = shim.csock_control_next(data(control), len(data(control)), int(offset), c.byref(record))
    fields = record.level, record.type, record.offset, record.count, record.partial
    return result, " ".join(map(str, fields)) if result > 0 else "-"


def set_with(words, members):
    memory = (c.c_ulong * max(int(words), 1))()
    for member in [] if members == "-" else members.split(","):
        shim.csock_set_insert(memory, int(words), int(member))
    return memory


def set_members(memory, words):
    found, at = [], shim.csock_set_next(memory, words, 0)
    while at >= 0:
        found.append(str(at))
        at = shim.csock_set_next(memory, words, at + 1)
    return ",".join(found) or "-"


def set_call(name):
    def run(words, members, descriptor):
        memory = set_with(words, members)
        result = getattr(shim, "csock_set_" + name)(memory, int(words), int(descriptor))
        return result, set_members(memory, int(words))
    return run


def constant(name):
    value = c.c_int64()
    result = shim.csock_constant(name.encode(), c.byref(value))
    return result, str(value.value) if result == 0 else "-"


def symbol(name):
    try:
        return 0, str(number(name))
    except ValueError:
        return -2, "-"


def error_words(name):
    def run(code):
        words = getattr(shim, "csock_error_" + name)(int(code))
        return 0, words.decode() if words else "-"
    return run


def layout(place):
    struct, _, field = place.partition(".")
    return (getattr(STRUCTS[struct], field).offset if field else c.sizeof(STRUCTS[struct])), "-"


def pair():
    descriptors = (c.c_int32 * 2)()
    kind = number("SOCK_STREAM") | number("SOCK_CLOEXEC")
    assert shim.csock_socketpair(number("AF_UNIX"), kind, 0, descriptors) == 0
    return list(descriptors)


def transfer(source, target, octets):
    memory = c.create_string_buffer(SIZE)
    shim.csock_send(source, octets, len(octets), number("MSG_NOSIGNAL"))
    count = shim.csock_recv(target, memory, SIZE, 0)
    return memory.raw[:max(count, 0)]


def live_pair(octets):
    one, other = pair()
    got = transfer(one, other, data(octets))
    assert shim.csock_close(one) == 0
    end = shim.csock_recv(other, None, 0, 0)
    shim.csock_close(other)
    return end, shown(got)


def live_echo(octets):
    listener = shim.csock_socket(number("AF_INET"), number("SOCK_STREAM") | number("SOCK_CLOEXEC"), 0)
    client = shim.csock_socket(number("AF_INET"), number("SOCK_STREAM") | number("SOCK_CLOEXEC"), 0)
    address, length = (c.c_uint64 * 16)(), c.c_uint32(SIZE)
    made = shim.csock_address_put_ipv4(address, SIZE, bytes([127, 0, 0, 1]), 0)
    shim.csock_bind(listener, address, made)
    shim.csock_listen(listener, 1)
    shim.csock_getsockname(listener, address, c.byref(length))
    connected = shim.csock_connect(client, address, length)
    server = shim.csock_accept(listener, None, None, number("SOCK_CLOEXEC"))
    got = transfer(server, client, transfer(client, server, data(octets)))
    for descriptor in listener, client, server:
        shim.csock_close(descriptor)
    return connected, shown(got)


def live_message(first, second):
    """Two buffers and a descriptor in one message."""
    one, other = pair()
    parts = [c.create_string_buffer(data(each), len(data(each))) for each in (first, second)]
    buffers = (Buffer * 2)(*[Buffer(c.addressof(part), len(part)) for part in parts])
    control = (c.c_size_t * 8)()
    end = shim.csock_control_put(control, 64, 0, number("SOL_SOCKET"), number("SCM_RIGHTS"), c.byref(c.c_int32(one)), 4)
    sent = Message(buffers=buffers, buffer_count=2, control=c.addressof(control), control_length=end)
    assert shim.csock_sendmsg(one, c.byref(sent), 0) > 0
    room = c.create_string_buffer(SIZE)
    got = Message(buffers=(Buffer * 1)(Buffer(c.addressof(room), SIZE)), buffer_count=1,
                  control=c.addressof(control), control_length=64)
    count = shim.csock_recvmsg(other, c.byref(got), number("MSG_CMSG_CLOEXEC"))
    record = ControlRecord()
    shim.csock_control_next(control, got.control_length, 0, c.byref(record))
    passed = c.c_int32.from_address(c.addressof(control) + record.offset).value
    closed = [shim.csock_close(each) for each in (passed, one, other)]
    return count, f"{shown(room.raw[:max(count, 0)])} {record.count // 4} {closed[0]}"


def live_poll(octets):
    one, other = pair()
    shim.csock_send(one, data(octets), len(data(octets)), 0)
    entry = PollEntry(other, number("POLLIN"), 0)
    result = shim.csock_poll(c.byref(entry), 1, 0)
    shim.csock_close(one)
    shim.csock_close(other)
    return result, str(entry.ready & number("POLLIN"))


def live_resolve(host, service):
    question = Question(number("AF_INET"), number("SOCK_STREAM"), 0, number("AI_NUMERICHOST"))
    answer = Answer()
    result = shim.csock_resolve(host.encode(), service.encode(), c.byref(question), c.byref(answer), 1)
    return result, get_ipv4(bytes(answer.address)[:answer.length].hex())[1] if result > 0 else "-"


CALLS = {
    "inet_pton": inet_pton, "inet_aton": inet_aton, "inet_addr": lambda text: (shim.csock_inet_addr(text.encode()), "-"),
    "inet_ntop": lambda family, octets, room: text_of(
        lambda text, size: shim.csock_inet_ntop(int(family), data(octets), text, size), int(room)),
    "inet_ntoa": lambda octets, room: text_of(lambda text, size: shim.csock_inet_ntoa(data(octets), text, size), int(room)),
    "bcopy": move("bcopy", True), "memmove": move("memmove", False), "memcpy": move("memcpy", False),
    "bzero": bzero, "memset": memset, "bcmp": compare("bcmp"), "memcmp": compare("memcmp"),
    "address_family": lambda address: (shim.csock_address_family(data(address), len(data(address))), "-"),
    "put_ipv4": lambda room, octets, port: filled(
        lambda memory: shim.csock_address_put_ipv4(memory, int(room), data(octets), int(port))),
    "put_ipv6": lambda room, octets, port, flow, scope: filled(
        lambda memory: shim.csock_address_put_ipv6(memory, int(room), data(octets), int(port), int(flow), int(scope))),
    "put_unix": lambda room, name: filled(
        lambda memory: shim.csock_address_put_unix(memory, int(room), data(name), len(data(name)))),
    "get_ipv4": get_ipv4, "get_ipv6": get_ipv6,
    "get_unix": lambda address, room: filled(
        lambda memory: shim.csock_address_get_unix(data(address), len(data(address)), memory, int(room))),
    "control_space": lambda count: (shim.csock_control_space(int(count)), "-"),
    "control_length": lambda count: (shim.csock_control_length(int(count)), "-"),
    "control_put": control_put, "control_next": control_next,
    "set_words": lambda limit: (shim.csock_set_words(int(limit)), "-"),
    "set_insert": set_call("insert"), "set_remove": set_call("remove"), "set_contains": set_call("contains"),
    "set_next": set_call("next"),
    "constant": constant, "symbol": symbol, "error_name": error_words("name"), "error_text": error_words("text"),
    "layout": layout, "live_pair": live_pair, "live_echo": live_echo, "live_message": live_message,
    "live_poll": live_poll, "live_resolve": live_resolve,
}
CALLS.update({name: swap(name) for name in ("htons", "ntohs", "htonl", "ntohl", "htonll", "ntohll")})

before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
for line in open(sys.argv[2], encoding="utf-8"):
    call, *arguments = line.rstrip("\n").split("\t")
    result, output = CALLS[call](*arguments)
    print(result, output, sep="\t")
if before:
    assert len(os.listdir("/proc/self/fd")) == before, "a descriptor stayed open"
