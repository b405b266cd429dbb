// A UDP client. Build: g++ datagram.cpp $(pkg-config --cflags --libs csocketshim)
#include <CSocketShim.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

static int64_t check(const char *what, int64_t result) {
    if (result >= 0) return result;
    const char *name = csock_error_name(static_cast<int32_t>(result));
    throw std::runtime_error(std::string(what) + ": " + (name ? name : "unknown error"));
}

class Socket {
public:
    explicit Socket(int64_t descriptor) : number(static_cast<int32_t>(descriptor)) {}
    ~Socket() { csock_close(number); }
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;
    const int32_t number;
};

int main(int count, char **arguments) try {
    const auto port = static_cast<uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7777);
    const std::array<uint8_t, 4> loopback{127, 0, 0, 1};
    alignas(8) std::array<uint8_t, CSOCK_ADDRESS_SIZE> peer{};
    auto length = static_cast<uint32_t>(
        check("address", csock_address_put_ipv4(peer.data(), peer.size(), loopback.data(), port)));
    const Socket socket(check("socket", csock_socket(csock_AF_INET, csock_SOCK_DGRAM | csock_SOCK_CLOEXEC, 0)));

    // A datagram gets lost without a word, so nobody waits for ever. How a time is laid out differs per system.
    std::array<uint64_t, 2> patience{};
    const auto size = static_cast<uint32_t>(csock_timeval_put(patience.data(), 5'000'000));
    check("setsockopt",
          csock_setsockopt(socket.number, csock_SOL_SOCKET, csock_SO_RCVTIMEO, patience.data(), size));

    for (const std::string text : {"hello from C++\n", "goodbye from C++\n"}) {
        check("sendto", csock_sendto(socket.number, text.data(), text.size(), 0, peer.data(), length));
        // The next text goes to whom the answer came from: a server may have a port for each of its clients.
        std::array<char, 512> buffer;
        length = peer.size();
        const auto received = check(
            "recvfrom", csock_recvfrom(socket.number, buffer.data(), buffer.size(), 0, peer.data(), &length));
        std::fwrite(buffer.data(), 1, static_cast<size_t>(received), stdout);
    }
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
