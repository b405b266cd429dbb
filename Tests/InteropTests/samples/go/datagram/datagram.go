// A UDP client. Build: CGO_LDFLAGS="-L/usr/local/lib -lcsocketshim" go build ./datagram
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
func check[T ~int32 | ~int64](what string, result T) T {
	if result < 0 {
		fmt.Fprintln(os.Stderr, what+":", C.GoString(C.csock_error_name(C.int32_t(result))))
		os.Exit(1)
	}
	return result
}

func main() {
	port, _ := strconv.Atoi(append(os.Args, "7777")[1])
	loopback := [4]C.uint8_t{127, 0, 0, 1}
	var address [C.CSOCK_ADDRESS_SIZE / 8]C.uint64_t
	var time [2]C.uint64_t
	peer, patience := unsafe.Pointer(&address[0]), unsafe.Pointer(&time[0])
	length := C.uint32_t(C.csock_address_put_ipv4(peer, C.CSOCK_ADDRESS_SIZE, &loopback[0], C.uint16_t(port)))
	socket := check("socket", C.csock_socket(C.csock_AF_INET, C.csock_SOCK_DGRAM|C.csock_SOCK_CLOEXEC, 0))
	defer C.csock_close(socket)

	// A datagram gets lost without a word, so nobody waits for ever. How a time is laid out differs per system.
	size := C.uint32_t(C.csock_timeval_put(patience, 5000000))
	check("setsockopt", C.csock_setsockopt(socket, C.csock_SOL_SOCKET, C.csock_SO_RCVTIMEO, patience, size))

	buffer := make([]byte, 512)
	for _, text := range []string{"hello from Go\n", "goodbye from Go\n"} {
		bytes := []byte(text)
		check("sendto", C.csock_sendto(socket, unsafe.Pointer(&bytes[0]), C.size_t(len(bytes)), 0, peer, length))
		// The next text goes to whom the answer came from: a server may have a port for each of its clients.
		length = C.CSOCK_ADDRESS_SIZE
		room := unsafe.Pointer(&buffer[0])
		count := check("recvfrom", C.csock_recvfrom(socket, room, C.size_t(len(buffer)), 0, peer, &length))
		fmt.Print(string(buffer[:count]))
	}
}
