// Packet information in control data.
#include "message.h"

/// Sends a datagram to itself with packet information and answers what arrived.
static csock_packet_info_t packet_info_round_trip(int32_t one, int32_t level, int32_t option, address_t *target,
                                                  const csock_packet_info_t *source) {
    int32_t on = 1;
    control_t control;
    csock_control_record_t record = {0};
    csock_packet_info_t info = {.family = -1};
    char byte = 'p';
    csock_buffer_t buffer = {&byte, 1};
    csock_message_t message = message_of(&buffer, 1);
    EQUAL(csock_setsockopt(one, level, option, &on, sizeof on), 0);
    message.address = target->storage;
    message.address_length = target->length;
    message.control = &control;
    message.control_length = (size_t)csock_control_put_packet_info(&control, sizeof control, 0, source);
    EQUAL(csock_sendmsg(one, &message, 0), 1);
    message.control_length = sizeof control;
    message.address_length = CSOCK_ADDRESS_SIZE;
    EQUAL(csock_recvmsg(one, &message, 0), 1);
    target->length = message.address_length;
    TRUE(csock_control_next(&control, message.control_length, 0, &record) > 0);
    EQUAL(csock_control_get_packet_info(&control, &record, &info), 0);
    csock_packet_info_t ignored;
    for (record.count--; record.count > 0; record.count--)
        EQUAL(csock_control_get_packet_info(&control, &record, &ignored), -EINVAL);
    record.type = 9999;
    EQUAL(csock_control_get_packet_info(&control, &record, &ignored), -ENOENT);
    return info;
}

#ifdef CSOCK_LINUX
static void ipv4_packet_information_chooses_the_source(void) {
    int32_t one = csock_socket(AF_INET, csock_SOCK_DGRAM, 0);
    address_t any = {.length = 16};
    csock_address_put_ipv4(any.storage, sizeof any.storage, (const uint8_t[]){0, 0, 0, 0}, 0);
    EQUAL(csock_bind(one, any.storage, any.length), 0);
    uint8_t from[4];
    uint16_t port = 0;
    address_t own = local_address(one);
    EQUAL(csock_address_get_ipv4(own.storage, own.length, from, &port), 0);
    address_t target = loopback_address(port);
    csock_packet_info_t source = {.family = AF_INET, .address = {127, 0, 0, 5}};
    csock_packet_info_t info = packet_info_round_trip(one, IPPROTO_IP, csock_IP_PKTINFO, &target, &source);
    EQUAL(info.family, AF_INET);
    const int is_big_endian = csock_htons(1) == 1;
    if (!is_big_endian || !emulator_differs("leaves the index in IP_PKTINFO in the byte order of its own machine"))
        EQUAL(info.interface_index, csock_if_nametoindex("lo"));
    SAME_BYTES(info.address, ((const uint8_t[]){127, 0, 0, 1}), 4);
    EQUAL(csock_address_get_ipv4(target.storage, target.length, from, &port), 0);
    SAME_BYTES(from, ((const uint8_t[]){127, 0, 0, 5}), 4);
    EQUAL(csock_close(one), 0);
}
#endif

static void ipv6_packet_information_tells_the_destination(void) {
    const uint8_t loopback[16] = {[15] = 1};
    int32_t one = csock_socket(AF_INET6, csock_SOCK_DGRAM, 0);
    address_t target = {.length = 28};
    csock_address_put_ipv6(target.storage, sizeof target.storage, loopback, 0, 0, 0);
    int32_t bound = one < 0 ? one : csock_bind(one, target.storage, target.length);
    if (bound == -EADDRNOTAVAIL || bound == -EAFNOSUPPORT) {
        printf("skipped: this machine has no IPv6\n");
    } else {
        target = local_address(one);
        csock_packet_info_t source = {.family = AF_INET6, .address = {[15] = 1}};
        csock_packet_info_t info =
            packet_info_round_trip(one, IPPROTO_IPV6, csock_IPV6_RECVPKTINFO, &target, &source);
        EQUAL(info.family, AF_INET6);
        TRUE(info.interface_index > 0);
        SAME_BYTES(info.address, loopback, 16);
    }
    if (one >= 0) EQUAL(csock_close(one), 0);
}

static void packet_information_of_another_family_is_refused(void) {
    control_t control;
    csock_packet_info_t info = {.family = AF_UNIX};
    EQUAL(csock_control_put_packet_info(&control, sizeof control, 0, &info), -EAFNOSUPPORT);
    info.family = AF_INET6;
    EQUAL(csock_control_put_packet_info(&control, 8, 0, &info), -ENOBUFS);
}

void check_packet_info(void) {
    ipv6_packet_information_tells_the_destination();
    packet_information_of_another_family_is_refused();
#ifdef CSOCK_LINUX
    ipv4_packet_information_chooses_the_source();
#endif
}
