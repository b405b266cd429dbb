// A TCP client. Build: CGO_LDFLAGS="-L/usr/local/lib -lcsocketshim" go build
package main

// #include <CSocketShim.h>
import "C"

import (
	"fmt"
	"os"
	"strconv"
	"unsafe"
)

// check turns the shim's answer into Go's: a result, or an error with a name.
func check(what string, result C.int64_t) C.int64_t {
	if result < 0 {
		fmt.Fprintln(os.Stderr, what+":", C.GoString(C.csock_error_name(C.int32_t(result))))
		os.Exit(1)
	}
	return result
}

func main() {
	port := 7777
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	loopback := [4]C.uint8_t{127, 0, 0, 1}
	var address [C.CSOCK_ADDRESS_SIZE / 8]C.uint64_t
	room := unsafe.Pointer(&address[0])
	length := check("address", C.int64_t(C.csock_address_put_ipv4(room, C.CSOCK_ADDRESS_SIZE, &loopback[0], C.uint16_t(port))))

	kind := C.csock_SOCK_STREAM | C.csock_SOCK_CLOEXEC
	socket := C.int32_t(check("socket", C.int64_t(C.csock_socket(C.csock_AF_INET, kind, 0))))
	defer C.csock_close(socket)
	check("connect", C.int64_t(C.csock_connect(socket, room, C.uint32_t(length))))

	text := []byte("hello from Go\n")
	check("send", C.csock_send(socket, unsafe.Pointer(&text[0]), C.size_t(len(text)), C.csock_MSG_NOSIGNAL))
	check("shutdown", C.int64_t(C.csock_shutdown(socket, C.csock_SHUT_WR)))

	buffer := make([]byte, 256)
	for {
		count := check("recv", C.csock_recv(socket, unsafe.Pointer(&buffer[0]), C.size_t(len(buffer)), 0))
		if count == 0 {
			return
		}
		fmt.Print(string(buffer[:count]))
	}
}
