// A TCP echo server. Build: CGO_LDFLAGS="-L/usr/local/lib -lcsocketshim" go build ./server
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

func echo(client C.int32_t) {
	defer C.csock_close(client)
	buffer := make([]byte, 4096)
	room := C.size_t(len(buffer))
	receive := func() C.int64_t { return C.csock_recv(client, unsafe.Pointer(&buffer[0]), room, 0) }
	for end := check("recv", receive); end > 0; end = check("recv", receive) {
		for rest := buffer[:end]; len(rest) > 0; { // send may take a part of the bytes only
			bytes, count := unsafe.Pointer(&rest[0]), C.size_t(len(rest))
			send := func() C.int64_t { return C.csock_send(client, bytes, count, C.csock_MSG_NOSIGNAL) }
			rest = rest[check("send", send):]
		}
	}
}

func main() {
	clients, _ := strconv.Atoi(append(os.Args, "1")[1])
	bytes := [4]C.uint8_t{127, 0, 0, 1}
	var port C.uint16_t
	var address [C.CSOCK_ADDRESS_SIZE / 8]C.uint64_t
	room := unsafe.Pointer(&address[0])
	length := C.uint32_t(C.csock_address_put_ipv4(room, C.CSOCK_ADDRESS_SIZE, &bytes[0], port))
	kind := C.csock_SOCK_STREAM | C.csock_SOCK_CLOEXEC
	listener := check("socket", func() C.int32_t { return C.csock_socket(C.csock_AF_INET, kind, 0) })
	defer C.csock_close(listener)
	check("bind", func() C.int32_t { return C.csock_bind(listener, room, length) })
	check("listen", func() C.int32_t { return C.csock_listen(listener, 8) })
	check("getsockname", func() C.int32_t { return C.csock_getsockname(listener, room, &length) })
	check("address", func() C.int32_t { return C.csock_address_get_ipv4(room, length, &bytes[0], &port) })
	fmt.Printf("%d.%d.%d.%d:%d\n", bytes[0], bytes[1], bytes[2], bytes[3], port)
	for ; clients > 0; clients-- {
		echo(check("accept", func() C.int32_t { return C.csock_accept(listener, nil, nil, C.csock_SOCK_CLOEXEC) }))
	}
}
