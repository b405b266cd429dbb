// A UDP echo server. Build: CGO_LDFLAGS="-L/usr/local/lib -lcsocketshim" go build ./datagram-server
package main

// #include <CSocketShim.h>
import "C"

import (
	"fmt"
	"os"
	"strconv"
	"unsafe"
)

// check turns the shim's answer into Go's. What a signal interrupted is called again: the shim repeats nothing.
func check[T ~int32 | ~int64](what string, call func() T) T {
	result := call()
	for result == -T(C.csock_EINTR) {
		result = call()
	}
	if result < 0 {
		fmt.Fprintln(os.Stderr, what+":", C.GoString(C.csock_error_name(C.int32_t(result))))
		os.Exit(1)
	}
	return result
}

func main() {
	datagrams, _ := strconv.Atoi(append(os.Args, "1")[1])
	bytes := [4]C.uint8_t{127, 0, 0, 1}
	var port C.uint16_t
	var address [C.CSOCK_ADDRESS_SIZE / 8]C.uint64_t
	peer := unsafe.Pointer(&address[0])
	length := C.uint32_t(C.csock_address_put_ipv4(peer, C.CSOCK_ADDRESS_SIZE, &bytes[0], port))
	kind := C.csock_SOCK_DGRAM | C.csock_SOCK_CLOEXEC
	server := check("socket", func() C.int32_t { return C.csock_socket(C.csock_AF_INET, kind, 0) })
	defer C.csock_close(server)
	check("bind", func() C.int32_t { return C.csock_bind(server, peer, length) })
	check("getsockname", func() C.int32_t { return C.csock_getsockname(server, peer, &length) })
	check("address", func() C.int32_t { return C.csock_address_get_ipv4(peer, length, &bytes[0], &port) })
	fmt.Printf("%d.%d.%d.%d:%d\n", bytes[0], bytes[1], bytes[2], bytes[3], port)

	buffer := make([]byte, 65536) // more than any datagram has
	room := unsafe.Pointer(&buffer[0])
	for ; datagrams > 0; datagrams-- {
		count := check("recvfrom", func() C.int64_t {
			length = C.CSOCK_ADDRESS_SIZE
			return C.csock_recvfrom(server, room, C.size_t(len(buffer)), 0, peer, &length)
		})
		// A datagram goes as a whole, or not at all. One of 0 bytes is a datagram, and not the end.
		check("sendto", func() C.int64_t { return C.csock_sendto(server, room, C.size_t(count), 0, peer, length) })
	}
}
