// The shim from Go: reads calls, one per line, and prints what they answer.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"
)

const room = 128

// What a call answered: its result, and what it wrote.
type answered struct{ result, output string }

func plain(result interface{}) answered { return answered{fmt.Sprint(result), "-"} }

func with(result interface{}, output string) answered { return answered{fmt.Sprint(result), output} }

func data(text string) []byte {
	if text == "-" {
		return nil
	}
	bytes, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return bytes
}

func shown(bytes []byte) string {
	if len(bytes) == 0 {
		return "-"
	}
	return hex.EncodeToString(bytes)
}

func signed(text string) int64 {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}

func unsigned(text string) uint64 {
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}

// Runs a call that fills memory; its bytes are shown as far as the result says.
func filled(call func(memory []byte) int32) answered {
	memory := make([]byte, room)
	result := call(memory)
	if result < 0 {
		return plain(result)
	}
	return with(result, shown(memory[:result]))
}

func textOf(call func(text []byte) int32) answered {
	text := make([]byte, room)
	result := call(text)
	if result < 0 {
		return plain(result)
	}
	return with(result, strings.SplitN(string(text), "\x00", 2)[0])
}

// Runs a call on memory that holds these bytes, and shows what it holds then.
func changed(text string, call func(memory []byte)) answered {
	memory := data(text)
	call(memory)
	return with(0, shown(memory))
}

func inetPton(a []string) answered {
	bytes := make([]byte, 16)
	result := shimInetPton(int32(signed(a[0])), a[1], bytes)
	if result < 0 {
		return plain(result)
	}
	if int32(signed(a[0])) == number("AF_INET") {
		bytes = bytes[:4]
	}
	return with(result, shown(bytes))
}

func inetAton(a []string) answered {
	bytes := make([]byte, 4)
	result := shimInetAton(a[0], bytes)
	if result < 0 {
		return plain(result)
	}
	return with(result, shown(bytes))
}

func getIPv4(address []byte, found int64) answered {
	bytes, port := make([]byte, 4), uint16(0)
	if result := shimGetIPv4(address, bytes, &port); result < 0 {
		return plain(result)
	}
	return with(found, fmt.Sprint(shown(bytes), " ", port))
}

func getIPv6(address []byte) answered {
	bytes, port, flow, scope := make([]byte, 16), uint16(0), uint32(0), uint32(0)
	result := shimGetIPv6(address, bytes, &port, &flow, &scope)
	if result < 0 {
		return plain(result)
	}
	return with(result, fmt.Sprint(shown(bytes), " ", port, " ", flow, " ", scope))
}

func controlPut(a []string) answered {
	memory := make([]byte, unsigned(a[0]))
	result := shimControlPut(memory, unsigned(a[1]), int32(signed(a[2])), int32(signed(a[3])), data(a[4]))
	return with(result, shown(memory))
}

func controlNext(a []string) answered {
	var record controlRecord
	result := shimControlNext(data(a[0]), unsigned(a[1]), &record)
	if result <= 0 {
		return plain(result)
	}
	return with(result, fmt.Sprint(record.level, " ", record.kind, " ", record.offset, " ", record.count, " ", record.partial))
}

func setCall(a []string, call func(set []word, one int32) int32) answered {
	set := make([]word, unsigned(a[0]))
	if a[1] != "-" {
		for _, member := range strings.Split(a[1], ",") {
			shimSetInsert(set, int32(signed(member)))
		}
	}
	result := call(set, int32(signed(a[2])))
	var members []string
	for at := shimSetNext(set, 0); at >= 0; at = shimSetNext(set, at+1) {
		members = append(members, fmt.Sprint(at))
	}
	if members == nil {
		return plain(result)
	}
	return with(result, strings.Join(members, ","))
}

func constant(a []string) answered {
	var value int64
	result := shimConstant(a[0], &value)
	if result < 0 {
		return plain(result)
	}
	return with(result, fmt.Sprint(value))
}

func symbolOf(a []string) answered {
	place := symbol(a[0])
	if place == nil {
		return plain(-2)
	}
	return with(0, fmt.Sprint(*place))
}

func words(text string) answered {
	if text == "" {
		return plain(0)
	}
	return with(0, text)
}

func pair() (int32, int32) {
	var ends [2]int32
	if shimSocketpair(number("AF_UNIX"), number("SOCK_STREAM")|number("SOCK_CLOEXEC"), &ends) < 0 {
		panic("socketpair")
	}
	return ends[0], ends[1]
}

func transfer(source, target int32, bytes []byte) []byte {
	memory := make([]byte, room)
	shimSend(source, bytes, number("MSG_NOSIGNAL"))
	count := shimRecv(target, memory)
	if count < 0 {
		count = 0
	}
	return memory[:count]
}

func livePair(a []string) answered {
	one, other := pair()
	got := transfer(one, other, data(a[0]))
	shimClose(one)
	end := shimRecv(other, nil)
	shimClose(other)
	return with(end, shown(got))
}

func liveEcho(a []string) answered {
	kind := number("SOCK_STREAM") | number("SOCK_CLOEXEC")
	listener, client := shimSocket(number("AF_INET"), kind), shimSocket(number("AF_INET"), kind)
	address := make([]byte, room)
	made := shimPutIPv4(address, room, []byte{127, 0, 0, 1}, 0)
	shimBind(listener, address[:made])
	shimListen(listener, 1)
	length := shimGetsockname(listener, address)
	connected := shimConnect(client, address[:length])
	server := shimAccept(listener, number("SOCK_CLOEXEC"))
	got := transfer(server, client, transfer(client, server, data(a[0])))
	shimClose(listener)
	shimClose(client)
	shimClose(server)
	return with(connected, shown(got))
}

// Two buffers and a descriptor in one message.
func liveMessage(a []string) answered {
	one, other := pair()
	control, memory := make([]byte, 64), make([]byte, room)
	end := shimControlPut(control, 0, number("SOL_SOCKET"), number("SCM_RIGHTS"), (*[4]byte)(unsafe.Pointer(&one))[:])
	shimSendmsg(one, [][]byte{data(a[0]), data(a[1])}, control[:end])
	count, controlLength := shimRecvmsg(other, memory, control, number("MSG_CMSG_CLOEXEC"))
	var record controlRecord
	shimControlNext(control[:controlLength], 0, &record)
	passed := *(*int32)(unsafe.Pointer(&control[record.offset]))
	closed := shimClose(passed)
	shimClose(one)
	shimClose(other)
	return with(count, fmt.Sprint(shown(memory[:count]), " ", record.count/4, " ", closed))
}

func livePoll(a []string) answered {
	one, other := pair()
	shimSend(one, data(a[0]), 0)
	entry := pollEntry{descriptor: other, events: int16(number("POLLIN"))}
	result := shimPoll(&entry)
	shimClose(one)
	shimClose(other)
	return with(result, fmt.Sprint(int32(entry.ready)&number("POLLIN")))
}

func liveResolve(a []string) answered {
	var found answer
	query := question{family: number("AF_INET"), kind: number("SOCK_STREAM"), flags: number("AI_NUMERICHOST")}
	result := shimResolve(a[0], a[1], &query, &found)
	if result <= 0 {
		return plain(result)
	}
	return getIPv4((*[room]byte)(unsafe.Pointer(&found.address))[:found.length], result)
}

var calls = map[string]func(a []string) answered{
	"inet_pton": inetPton,
	"inet_ntop": func(a []string) answered {
		return textOf(func(text []byte) int32 {
			return shimInetNtop(int32(signed(a[0])), data(a[1]), text, uint32(unsigned(a[2])))
		})
	},
	"inet_aton": inetAton,
	"inet_addr": func(a []string) answered { return plain(shimInetAddr(a[0])) },
	"inet_ntoa": func(a []string) answered {
		return textOf(func(text []byte) int32 { return shimInetNtoa(data(a[0]), text, uint32(unsigned(a[1]))) })
	},
	"htons":  func(a []string) answered { return plain(shimHtons(uint16(unsigned(a[0])))) },
	"ntohs":  func(a []string) answered { return plain(shimNtohs(uint16(unsigned(a[0])))) },
	"htonl":  func(a []string) answered { return plain(shimHtonl(uint32(unsigned(a[0])))) },
	"ntohl":  func(a []string) answered { return plain(shimNtohl(uint32(unsigned(a[0])))) },
	"htonll": func(a []string) answered { return plain(shimHtonll(unsigned(a[0]))) },
	"ntohll": func(a []string) answered { return plain(shimNtohll(unsigned(a[0]))) },
	"bcmp":   func(a []string) answered { return plain(shimBcmp(data(a[0]), data(a[1]))) },
	"memcmp": func(a []string) answered { return plain(shimMemcmp(data(a[0]), data(a[1]))) },
	"bcopy": func(a []string) answered {
		return changed(a[0], func(m []byte) { shimBcopy(m, unsigned(a[1]), unsigned(a[2]), unsigned(a[3])) })
	},
	"memmove": func(a []string) answered {
		return changed(a[0], func(m []byte) { shimMemmove(m, unsigned(a[1]), unsigned(a[2]), unsigned(a[3])) })
	},
	"memcpy": func(a []string) answered {
		return changed(a[0], func(m []byte) { shimMemcpy(m, unsigned(a[1]), unsigned(a[2]), unsigned(a[3])) })
	},
	"bzero": func(a []string) answered {
		return changed(a[0], func(m []byte) { shimBzero(m, unsigned(a[1])) })
	},
	"memset": func(a []string) answered {
		return changed(a[0], func(m []byte) { shimMemset(m, uint8(unsigned(a[1])), unsigned(a[2])) })
	},
	"address_family": func(a []string) answered { return plain(shimAddressFamily(data(a[0]))) },
	"put_ipv4": func(a []string) answered {
		return filled(func(m []byte) int32 {
			return shimPutIPv4(m, uint32(unsigned(a[0])), data(a[1]), uint16(unsigned(a[2])))
		})
	},
	"put_ipv6": func(a []string) answered {
		return filled(func(m []byte) int32 {
			return shimPutIPv6(m, uint32(unsigned(a[0])), data(a[1]), uint16(unsigned(a[2])), uint32(unsigned(a[3])), uint32(unsigned(a[4])))
		})
	},
	"put_unix": func(a []string) answered {
		return filled(func(m []byte) int32 { return shimPutUnix(m, uint32(unsigned(a[0])), data(a[1])) })
	},
	"get_unix": func(a []string) answered {
		return filled(func(m []byte) int32 { return shimGetUnix(data(a[0]), m, uint32(unsigned(a[1]))) })
	},
	"get_ipv4":       func(a []string) answered { return getIPv4(data(a[0]), 0) },
	"get_ipv6":       func(a []string) answered { return getIPv6(data(a[0])) },
	"control_space":  func(a []string) answered { return plain(shimControlSpace(unsigned(a[0]))) },
	"control_length": func(a []string) answered { return plain(shimControlLength(unsigned(a[0]))) },
	"control_put":    controlPut,
	"control_next":   controlNext,
	"set_words":      func(a []string) answered { return plain(shimSetWords(int32(signed(a[0])))) },
	"set_insert":     func(a []string) answered { return setCall(a, shimSetInsert) },
	"set_remove":     func(a []string) answered { return setCall(a, shimSetRemove) },
	"set_contains":   func(a []string) answered { return setCall(a, shimSetContains) },
	"set_next":       func(a []string) answered { return setCall(a, shimSetNext) },
	"constant":       constant,
	"symbol":         symbolOf,
	"error_name":     func(a []string) answered { return words(shimErrorName(int32(signed(a[0])))) },
	"error_text":     func(a []string) answered { return words(shimErrorText(int32(signed(a[0])))) },
	"layout":         func(a []string) answered { return plain(layout[a[0]]) },
	"live_pair":      livePair,
	"live_echo":      liveEcho,
	"live_message":   liveMessage,
	"live_poll":      livePoll,
	"live_resolve":   liveResolve,
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	output := bufio.NewWriter(os.Stdout)
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		answered := calls[columns[0]](columns[1:])
		fmt.Fprintf(output, "%s\t%s\n", answered.result, answered.output)
	}
	output.Flush()
}
