// The calls of the shim as Go sees them: declarations of its own, so that the symbols of the library are what runs.
package main

/*
#cgo linux LDFLAGS: -ldl
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
extern int32_t csock_inet_pton(int32_t, const char *, void *);
extern int32_t csock_inet_ntop(int32_t, const void *, void *, uint32_t);
extern int32_t csock_inet_aton(const char *, void *);
extern int64_t csock_inet_addr(const char *);
extern int32_t csock_inet_ntoa(const void *, void *, uint32_t);
extern uint16_t csock_htons(uint16_t);
extern uint16_t csock_ntohs(uint16_t);
extern uint32_t csock_htonl(uint32_t);
extern uint32_t csock_ntohl(uint32_t);
extern uint64_t csock_htonll(uint64_t);
extern uint64_t csock_ntohll(uint64_t);
extern int32_t csock_bcmp(const void *, const void *, size_t);
extern int32_t csock_memcmp(const void *, const void *, size_t);
extern void csock_bcopy(const void *, void *, size_t);
extern void csock_memmove(void *, const void *, size_t);
extern void csock_memcpy(void *, const void *, size_t);
extern void csock_bzero(void *, size_t);
extern void csock_memset(void *, uint8_t, size_t);
extern int32_t csock_address_family(const void *, uint32_t);
extern int32_t csock_address_put_ipv4(void *, uint32_t, const void *, uint16_t);
extern int32_t csock_address_get_ipv4(const void *, uint32_t, void *, void *);
extern int32_t csock_address_put_ipv6(void *, uint32_t, const void *, uint16_t, uint32_t, uint32_t);
extern int32_t csock_address_get_ipv6(const void *, uint32_t, void *, void *, void *, void *);
extern int32_t csock_address_put_unix(void *, uint32_t, const void *, uint32_t);
extern int32_t csock_address_get_unix(const void *, uint32_t, void *, uint32_t);
extern size_t csock_control_space(size_t);
extern size_t csock_control_length(size_t);
extern int64_t csock_control_put(void *, size_t, size_t, int32_t, int32_t, const void *, size_t);
extern int64_t csock_control_next(const void *, size_t, size_t, void *);
extern size_t csock_set_words(int32_t);
extern int32_t csock_set_insert(void *, size_t, int32_t);
extern int32_t csock_set_remove(void *, size_t, int32_t);
extern int32_t csock_set_contains(const void *, size_t, int32_t);
extern int32_t csock_set_next(const void *, size_t, int32_t);
extern int32_t csock_constant(const char *, void *);
extern const char *csock_error_name(int32_t);
extern const char *csock_error_text(int32_t);
extern int32_t csock_socket(int32_t, int32_t, int32_t);
extern int32_t csock_socketpair(int32_t, int32_t, int32_t, void *);
extern int32_t csock_bind(int32_t, const void *, uint32_t);
extern int32_t csock_listen(int32_t, int32_t);
extern int32_t csock_connect(int32_t, const void *, uint32_t);
extern int32_t csock_accept(int32_t, void *, void *, int32_t);
extern int32_t csock_getsockname(int32_t, void *, void *);
extern int64_t csock_send(int32_t, const void *, size_t, int32_t);
extern int64_t csock_recv(int32_t, void *, size_t, int32_t);
extern int32_t csock_close(int32_t);
extern int64_t csock_sendmsg(int32_t, const void *, int32_t);
extern int64_t csock_recvmsg(int32_t, void *, int32_t);
extern int32_t csock_poll(void *, size_t, int64_t);
extern int64_t csock_resolve(const char *, const char *, const void *, void *, size_t);
*/
import "C"

import "unsafe"

type word = uintptr // an unsigned long

type buffer struct {
	base  unsafe.Pointer
	count uintptr
}

type message struct {
	buffers       unsafe.Pointer
	address       unsafe.Pointer
	control       unsafe.Pointer
	bufferCount   uintptr
	controlLength uintptr
	addressLength uint32
	flags         int32
	transferred   uintptr
}

type controlRecord struct {
	level, kind   int32
	offset, count uintptr
	partial       int32
}

type packetInfo struct {
	family         int32
	interfaceIndex uint32
	address        [16]byte
}

type credentials struct {
	process     int32
	user, group uint32
}

type pollEntry struct {
	descriptor    int32
	events, ready int16
}

type question struct{ family, kind, protocol, flags int32 }

type answer struct {
	address                [16]uint64
	length                 uint32
	family, kind, protocol int32
}

type networkInterface struct {
	address, netmask, peer                                 [16]uint64
	addressLength, netmaskLength, peerLength, index, flags uint32
	name                                                   [64]byte
}

type constantRow struct {
	name               *byte
	value, level, kind int32
}

// Sizes and offsets of the structs above, under the names that C has for them.
var layout = map[string]uintptr{
	"buffer": unsafe.Sizeof(buffer{}), "buffer.base": unsafe.Offsetof(buffer{}.base), "buffer.count": unsafe.Offsetof(buffer{}.count),
	"message": unsafe.Sizeof(message{}), "message.buffers": unsafe.Offsetof(message{}.buffers),
	"message.address": unsafe.Offsetof(message{}.address), "message.control": unsafe.Offsetof(message{}.control),
	"message.buffer_count": unsafe.Offsetof(message{}.bufferCount), "message.control_length": unsafe.Offsetof(message{}.controlLength),
	"message.address_length": unsafe.Offsetof(message{}.addressLength), "message.flags": unsafe.Offsetof(message{}.flags),
	"message.transferred": unsafe.Offsetof(message{}.transferred),
	"control_record":      unsafe.Sizeof(controlRecord{}), "control_record.level": unsafe.Offsetof(controlRecord{}.level),
	"control_record.type": unsafe.Offsetof(controlRecord{}.kind), "control_record.offset": unsafe.Offsetof(controlRecord{}.offset),
	"control_record.count": unsafe.Offsetof(controlRecord{}.count), "control_record.partial": unsafe.Offsetof(controlRecord{}.partial),
	"packet_info": unsafe.Sizeof(packetInfo{}), "packet_info.family": unsafe.Offsetof(packetInfo{}.family),
	"packet_info.interface_index": unsafe.Offsetof(packetInfo{}.interfaceIndex), "packet_info.address": unsafe.Offsetof(packetInfo{}.address),
	"credentials": unsafe.Sizeof(credentials{}), "credentials.process": unsafe.Offsetof(credentials{}.process),
	"credentials.user": unsafe.Offsetof(credentials{}.user), "credentials.group": unsafe.Offsetof(credentials{}.group),
	"pollfd": unsafe.Sizeof(pollEntry{}), "pollfd.descriptor": unsafe.Offsetof(pollEntry{}.descriptor),
	"pollfd.events": unsafe.Offsetof(pollEntry{}.events), "pollfd.ready": unsafe.Offsetof(pollEntry{}.ready),
	"question": unsafe.Sizeof(question{}), "question.family": unsafe.Offsetof(question{}.family),
	"question.type": unsafe.Offsetof(question{}.kind), "question.protocol": unsafe.Offsetof(question{}.protocol),
	"question.flags": unsafe.Offsetof(question{}.flags),
	"answer":         unsafe.Sizeof(answer{}), "answer.address": unsafe.Offsetof(answer{}.address),
	"answer.length": unsafe.Offsetof(answer{}.length), "answer.family": unsafe.Offsetof(answer{}.family),
	"answer.type": unsafe.Offsetof(answer{}.kind), "answer.protocol": unsafe.Offsetof(answer{}.protocol),
	"interface": unsafe.Sizeof(networkInterface{}), "interface.address": unsafe.Offsetof(networkInterface{}.address),
	"interface.netmask": unsafe.Offsetof(networkInterface{}.netmask), "interface.peer": unsafe.Offsetof(networkInterface{}.peer),
	"interface.address_length": unsafe.Offsetof(networkInterface{}.addressLength),
	"interface.netmask_length": unsafe.Offsetof(networkInterface{}.netmaskLength),
	"interface.peer_length":    unsafe.Offsetof(networkInterface{}.peerLength), "interface.index": unsafe.Offsetof(networkInterface{}.index),
	"interface.flags": unsafe.Offsetof(networkInterface{}.flags), "interface.name": unsafe.Offsetof(networkInterface{}.name),
	"constant": unsafe.Sizeof(constantRow{}), "constant.name": unsafe.Offsetof(constantRow{}.name),
	"constant.value": unsafe.Offsetof(constantRow{}.value), "constant.level": unsafe.Offsetof(constantRow{}.level),
	"constant.kind": unsafe.Offsetof(constantRow{}.kind),
}

// The first byte, also of no bytes.
func at(bytes []byte) unsafe.Pointer {
	if len(bytes) == 0 {
		return unsafe.Pointer(&[1]byte{})
	}
	return unsafe.Pointer(&bytes[0])
}

func size(bytes []byte) C.uint32_t { return C.uint32_t(len(bytes)) }

// Runs a call with text that ends with a NUL.
func withText(text string, call func(*C.char)) {
	copied := C.CString(text)
	defer C.free(unsafe.Pointer(copied))
	call(copied)
}

func symbol(name string) (place *int32) {
	withText("csock_"+name, func(text *C.char) { place = (*int32)(C.dlsym(nil, text)) })
	return place
}

func number(name string) int32 { return *symbol(name) }

func shimInetPton(family int32, text string, bytes []byte) (result int32) {
	withText(text, func(t *C.char) { result = int32(C.csock_inet_pton(C.int32_t(family), t, at(bytes))) })
	return result
}

func shimInetNtop(family int32, bytes, text []byte, room uint32) int32 {
	return int32(C.csock_inet_ntop(C.int32_t(family), at(bytes), at(text), C.uint32_t(room)))
}

func shimInetAton(text string, bytes []byte) (result int32) {
	withText(text, func(t *C.char) { result = int32(C.csock_inet_aton(t, at(bytes))) })
	return result
}

func shimInetAddr(text string) (result int64) {
	withText(text, func(t *C.char) { result = int64(C.csock_inet_addr(t)) })
	return result
}

func shimInetNtoa(bytes, text []byte, room uint32) int32 {
	return int32(C.csock_inet_ntoa(at(bytes), at(text), C.uint32_t(room)))
}

func shimHtons(n uint16) uint16  { return uint16(C.csock_htons(C.uint16_t(n))) }
func shimNtohs(n uint16) uint16  { return uint16(C.csock_ntohs(C.uint16_t(n))) }
func shimHtonl(n uint32) uint32  { return uint32(C.csock_htonl(C.uint32_t(n))) }
func shimNtohl(n uint32) uint32  { return uint32(C.csock_ntohl(C.uint32_t(n))) }
func shimHtonll(n uint64) uint64 { return uint64(C.csock_htonll(C.uint64_t(n))) }
func shimNtohll(n uint64) uint64 { return uint64(C.csock_ntohll(C.uint64_t(n))) }

func shimBcmp(one, other []byte) int32 {
	return int32(C.csock_bcmp(at(one), at(other), C.size_t(len(one))))
}
func shimMemcmp(one, other []byte) int32 {
	return int32(C.csock_memcmp(at(one), at(other), C.size_t(len(one))))
}
func shimBcopy(m []byte, source, target, count uint64) {
	C.csock_bcopy(unsafe.Add(at(m), source), unsafe.Add(at(m), target), C.size_t(count))
}
func shimMemmove(m []byte, source, target, count uint64) {
	C.csock_memmove(unsafe.Add(at(m), target), unsafe.Add(at(m), source), C.size_t(count))
}
func shimMemcpy(m []byte, source, target, count uint64) {
	C.csock_memcpy(unsafe.Add(at(m), target), unsafe.Add(at(m), source), C.size_t(count))
}
func shimBzero(m []byte, count uint64) { C.csock_bzero(at(m), C.size_t(count)) }
func shimMemset(m []byte, value uint8, count uint64) {
	C.csock_memset(at(m), C.uint8_t(value), C.size_t(count))
}

func shimAddressFamily(address []byte) int32 {
	return int32(C.csock_address_family(at(address), size(address)))
}

func shimPutIPv4(m []byte, room uint32, bytes []byte, port uint16) int32 {
	return int32(C.csock_address_put_ipv4(at(m), C.uint32_t(room), at(bytes), C.uint16_t(port)))
}

func shimGetIPv4(address, bytes []byte, port *uint16) int32 {
	return int32(C.csock_address_get_ipv4(at(address), size(address), at(bytes), unsafe.Pointer(port)))
}

func shimPutIPv6(m []byte, room uint32, bytes []byte, port uint16, flow, scope uint32) int32 {
	return int32(C.csock_address_put_ipv6(at(m), C.uint32_t(room), at(bytes), C.uint16_t(port), C.uint32_t(flow), C.uint32_t(scope)))
}

func shimGetIPv6(address, bytes []byte, port *uint16, flow, scope *uint32) int32 {
	return int32(C.csock_address_get_ipv6(at(address), size(address), at(bytes), unsafe.Pointer(port), unsafe.Pointer(flow), unsafe.Pointer(scope)))
}

func shimPutUnix(m []byte, room uint32, name []byte) int32 {
	return int32(C.csock_address_put_unix(at(m), C.uint32_t(room), at(name), size(name)))
}

func shimGetUnix(address, m []byte, room uint32) int32 {
	return int32(C.csock_address_get_unix(at(address), size(address), at(m), C.uint32_t(room)))
}

func shimControlSpace(count uint64) uint64  { return uint64(C.csock_control_space(C.size_t(count))) }
func shimControlLength(count uint64) uint64 { return uint64(C.csock_control_length(C.size_t(count))) }

func shimControlPut(m []byte, offset uint64, level, kind int32, bytes []byte) int64 {
	return int64(C.csock_control_put(at(m), C.size_t(len(m)), C.size_t(offset), C.int32_t(level), C.int32_t(kind), at(bytes), C.size_t(len(bytes))))
}

func shimControlNext(control []byte, offset uint64, record *controlRecord) int64 {
	return int64(C.csock_control_next(at(control), C.size_t(len(control)), C.size_t(offset), unsafe.Pointer(record)))
}

func words0(set []word) (unsafe.Pointer, C.size_t) {
	if len(set) == 0 {
		return unsafe.Pointer(new(word)), 0
	}
	return unsafe.Pointer(&set[0]), C.size_t(len(set))
}

func shimSetWords(limit int32) uint64 { return uint64(C.csock_set_words(C.int32_t(limit))) }

func shimSetInsert(set []word, one int32) int32 {
	start, count := words0(set)
	return int32(C.csock_set_insert(start, count, C.int32_t(one)))
}

func shimSetRemove(set []word, one int32) int32 {
	start, count := words0(set)
	return int32(C.csock_set_remove(start, count, C.int32_t(one)))
}

func shimSetContains(set []word, one int32) int32 {
	start, count := words0(set)
	return int32(C.csock_set_contains(start, count, C.int32_t(one)))
}

func shimSetNext(set []word, from int32) int32 {
	start, count := words0(set)
	return int32(C.csock_set_next(start, count, C.int32_t(from)))
}

func shimConstant(name string, value *int64) (result int32) {
	withText(name, func(t *C.char) { result = int32(C.csock_constant(t, unsafe.Pointer(value))) })
	return result
}

func shimErrorName(code int32) string { return C.GoString(C.csock_error_name(C.int32_t(code))) }
func shimErrorText(code int32) string { return C.GoString(C.csock_error_text(C.int32_t(code))) }

func shimSocket(family, kind int32) int32 {
	return int32(C.csock_socket(C.int32_t(family), C.int32_t(kind), 0))
}

func shimSocketpair(family, kind int32, ends *[2]int32) int32 {
	return int32(C.csock_socketpair(C.int32_t(family), C.int32_t(kind), 0, unsafe.Pointer(ends)))
}

func shimBind(descriptor int32, address []byte) int32 {
	return int32(C.csock_bind(C.int32_t(descriptor), at(address), size(address)))
}

func shimListen(descriptor, backlog int32) int32 {
	return int32(C.csock_listen(C.int32_t(descriptor), C.int32_t(backlog)))
}

func shimConnect(descriptor int32, address []byte) int32 {
	return int32(C.csock_connect(C.int32_t(descriptor), at(address), size(address)))
}

func shimAccept(descriptor, flags int32) int32 {
	return int32(C.csock_accept(C.int32_t(descriptor), nil, nil, C.int32_t(flags)))
}

func shimGetsockname(descriptor int32, address []byte) uint32 {
	length := uint32(len(address))
	C.csock_getsockname(C.int32_t(descriptor), at(address), unsafe.Pointer(&length))
	return length
}

func shimSend(descriptor int32, bytes []byte, flags int32) int64 {
	return int64(C.csock_send(C.int32_t(descriptor), at(bytes), C.size_t(len(bytes)), C.int32_t(flags)))
}

func shimRecv(descriptor int32, bytes []byte) int64 {
	return int64(C.csock_recv(C.int32_t(descriptor), at(bytes), C.size_t(len(bytes)), 0))
}

func shimClose(descriptor int32) int32 { return int32(C.csock_close(C.int32_t(descriptor))) }

// A message holds pointers, so it and what it points to lie in the memory of C.
func cMessage(parts [][]byte, control []byte) (*message, func()) {
	m := (*message)(C.calloc(1, C.size_t(unsafe.Sizeof(message{}))))
	m.buffers = C.calloc(C.size_t(len(parts)), C.size_t(unsafe.Sizeof(buffer{})))
	m.bufferCount = uintptr(len(parts))
	m.control, m.controlLength = C.CBytes(control), uintptr(len(control))
	buffers := unsafe.Slice((*buffer)(m.buffers), len(parts))
	for i, part := range parts {
		buffers[i] = buffer{C.CBytes(part), uintptr(len(part))}
	}
	return m, func() {
		for _, each := range buffers {
			C.free(each.base)
		}
		C.free(m.buffers)
		C.free(m.control)
		C.free(unsafe.Pointer(m))
	}
}

func shimSendmsg(descriptor int32, parts [][]byte, control []byte) int64 {
	m, free := cMessage(parts, control)
	defer free()
	return int64(C.csock_sendmsg(C.int32_t(descriptor), unsafe.Pointer(m), 0))
}

// The bytes received, and those of the control data.
func shimRecvmsg(descriptor int32, bytes, control []byte, flags int32) (int64, uintptr) {
	m, free := cMessage([][]byte{bytes}, control)
	defer free()
	result := int64(C.csock_recvmsg(C.int32_t(descriptor), unsafe.Pointer(m), C.int32_t(flags)))
	copy(bytes, unsafe.Slice((*byte)((*buffer)(m.buffers).base), len(bytes)))
	copy(control, unsafe.Slice((*byte)(m.control), len(control)))
	return result, m.controlLength
}

func shimPoll(entry *pollEntry) int32 { return int32(C.csock_poll(unsafe.Pointer(entry), 1, 0)) }

func shimResolve(host, service string, query *question, found *answer) (result int64) {
	withText(host, func(h *C.char) {
		withText(service, func(s *C.char) {
			result = int64(C.csock_resolve(h, s, unsafe.Pointer(query), unsafe.Pointer(found), 1))
		})
	})
	return result
}
