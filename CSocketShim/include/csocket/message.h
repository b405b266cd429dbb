// Messages: several buffers, an address and control data in one call; and control data as records in bytes.
#ifndef CSOCKET_MESSAGE_H
#define CSOCKET_MESSAGE_H
#include "address.h"
CSOCK_BEGIN

/// One piece of memory of a message. C: struct iovec
typedef struct csock_buffer {
    void *CSOCK_NULLABLE base;
    size_t count;
} csock_buffer_t;

/// A message, to send or received. The caller owns all memory. C: struct msghdr, whose field types differ per system
typedef struct csock_message {
    csock_buffer_t *CSOCK_NULLABLE buffers;
    void *CSOCK_NULLABLE address;   // may be NULL
    void *CSOCK_NULLABLE control;   // may be NULL; aligned for a size_t
    size_t buffer_count;
    size_t control_length;          // in: bytes to send, or room; out: bytes received
    uint32_t address_length;        // in: length, or room; out: the full length, which may be more than the room
    int32_t flags;                  // out: csock_MSG_TRUNC, csock_MSG_CTRUNC, csock_MSG_OOB ...
    size_t transferred;             // out, of csock_sendmmsg and csock_recvmmsg: the message's bytes
} csock_message_t;

/// Where one control message lies in its buffer.
typedef struct csock_control_record {
    int32_t level;
    int32_t type;
    size_t offset;     // of its data
    size_t count;      // bytes of data that are really there
    int32_t partial;   // 1 when the record claims more than was received
} csock_control_record_t;

/// Which local address a datagram was sent to and by which interface it came, IPv4 and IPv6 alike.
typedef struct csock_packet_info {
    int32_t family;            // csock_AF_INET or csock_AF_INET6
    uint32_t interface_index;  // 0: any
    uint8_t address[16];       // 4 or 16 bytes: received, the destination; sent, the source to use
} csock_packet_info_t;

/// Process, user and group of the sender of a message. C: struct ucred, hidden behind _GNU_SOURCE
typedef struct csock_credentials {
    int32_t process;
    uint32_t user;
    uint32_t group;
} csock_credentials_t;

CSOCK_INLINE void csock_message_to_header(const csock_message_t *message, struct msghdr *header) {
    memset(header, 0, sizeof *header);
    header->msg_name = message->address;
    header->msg_namelen = (socklen_t)message->address_length;
    header->msg_iov = (struct iovec *)(void *)message->buffers;
    header->msg_control = message->control;
    // The types differ per libc. What no kernel takes stays too large in each of them, instead of being cut to less.
    const size_t most = (size_t)INT32_MAX;
    size_t buffers = message->buffer_count < most ? message->buffer_count : most;
    size_t control = message->control_length < most ? message->control_length : most;
    header->msg_iovlen = (__typeof__(header->msg_iovlen))buffers;
    header->msg_controllen = (__typeof__(header->msg_controllen))control;
}

CSOCK_INLINE void csock_message_from_header(csock_message_t *message, const struct msghdr *header) {
    message->address_length = header->msg_name ? (uint32_t)header->msg_namelen : 0;
    message->control_length = (size_t)header->msg_controllen;
    message->flags = header->msg_flags;
}

/// Bytes sent. C: sendmsg(2), for its struct and casts
CSOCK_INLINE int64_t csock_sendmsg(int32_t descriptor, const csock_message_t *message, int32_t flags) {
    struct msghdr header;
    csock_message_to_header(message, &header);
    return csock_result(sendmsg(descriptor, &header, flags));
}

/// Bytes received; address_length, control_length and flags of the message say what else came. C: recvmsg(2)
CSOCK_INLINE int64_t csock_recvmsg(int32_t descriptor, csock_message_t *message, int32_t flags) {
    struct msghdr header;
    csock_message_to_header(message, &header);
    int64_t result = csock_result(recvmsg(descriptor, &header, flags));
    if (result >= 0) csock_message_from_header(message, &header);
    return result;
}

/// Receives one datagram and returns its real size, which may be more than `count`; systems that do not tell it answer
/// count + 1 then. `*length` as for csock_recvfrom; both may be NULL. C: recvfrom(2) with MSG_TRUNC, or recvmsg(2)
CSOCK_INLINE int64_t csock_recv_datagram(int32_t descriptor, void *CSOCK_NULLABLE bytes, size_t count, int32_t flags,
                                         void *CSOCK_NULLABLE address, uint32_t *CSOCK_NULLABLE length) {
#ifdef CSOCK_LINUX
    if (!address || !length) return csock_recv(descriptor, bytes, count, flags | MSG_TRUNC);
    return csock_recvfrom(descriptor, bytes, count, flags | MSG_TRUNC, address, length);
#else
    csock_buffer_t buffer = {bytes, count};
    csock_message_t message;
    memset(&message, 0, sizeof message);
    message.buffers = &buffer;
    message.buffer_count = 1;
    message.address = address;
    message.address_length = length ? *length : 0;
    int64_t result = csock_recvmsg(descriptor, &message, flags);
    if (result < 0) return result;
    if (length) *length = message.address_length;
    return message.flags & MSG_TRUNC ? (int64_t)count + 1 : result;
#endif
}

/// Sends up to `count` messages and returns how many went, at least 1, each with its bytes in `transferred`; the error
/// of a later one shows on the next call. C: sendmmsg(2), hidden behind _GNU_SOURCE; one by one where there is none
CSOCK_API int32_t csock_sendmmsg(int32_t descriptor, csock_message_t *messages, uint32_t count, int32_t flags);

/// Receives up to `count` messages and returns how many came. It waits for the first one only, unless the socket or
/// `flags` say not to. There is no time-out: the kernel looks at it only after a datagram. C: recvmmsg(2), as above
CSOCK_API int32_t csock_recvmmsg(int32_t descriptor, csock_message_t *messages, uint32_t count, int32_t flags);

/// Bytes a record with `count` bytes of data takes, padding included; 0 when that is no representable size.
/// C: cmsg(3) CMSG_SPACE, a macro
CSOCK_INLINE size_t csock_control_space(size_t count) {
    if (count > (size_t)INT32_MAX) return 0;
    return CMSG_SPACE(count);
}

/// Bytes a record with `count` bytes of data takes, padding excluded. C: cmsg(3) CMSG_LEN, a macro
CSOCK_INLINE size_t csock_control_length(size_t count) {
    if (count > (size_t)INT32_MAX) return 0;
    return CMSG_LEN(count);
}

/// Reads the record at `offset` and returns the offset of the next one, 0 at the end, or -EINVAL when what is there
/// cannot be a record. Takes any bytes: a record that claims more than `length` is cut to it and marked partial.
/// C: cmsg(3) CMSG_FIRSTHDR, CMSG_NXTHDR, CMSG_DATA, macros that trust what they read
CSOCK_INLINE int64_t csock_control_next(const void *control, size_t length, size_t offset,
                                        csock_control_record_t *record) {
    struct cmsghdr header;
    const size_t data = CMSG_LEN(0);
    if (offset > length || length - offset < data) return 0;
    memcpy(&header, (const uint8_t *)control + offset, sizeof header);
    size_t claimed = (size_t)header.cmsg_len, rest = length - offset;
    if (claimed < data) return -EINVAL;
    size_t real = claimed < rest ? claimed : rest;
    record->level = header.cmsg_level;
    record->type = header.cmsg_type;
    record->offset = offset + data;
    record->count = real - data;
    record->partial = claimed > rest;
    size_t step = CMSG_SPACE(real - data);
    return (int64_t)(offset + (step < rest ? step : rest));
}

/// Writes a record at `offset` of a buffer with `room` bytes and returns the offset behind it; -ENOBUFS when it does
/// not fit, -EINVAL when it is too large for any buffer. `data` may be NULL, to fill it in later.
CSOCK_INLINE int64_t csock_control_put(void *control, size_t room, size_t offset, int32_t level, int32_t type,
                                       const void *CSOCK_NULLABLE data, size_t count) {
    size_t space = csock_control_space(count);
    struct cmsghdr header;
    if (space == 0) return -EINVAL;
    if (offset > room || room - offset < space) return -ENOBUFS;
    uint8_t *start = (uint8_t *)control + offset;
    memset(start, 0, space);
    memset(&header, 0, sizeof header);
    header.cmsg_len = (__typeof__(header.cmsg_len))CMSG_LEN(count);  // a size_t or a socklen_t
    header.cmsg_level = level;
    header.cmsg_type = type;
    memcpy(start, &header, sizeof header);
    if (data && count > 0) memcpy(start + CMSG_LEN(0), data, count);
    return (int64_t)(offset + space);
}

/// 1 when the kernel installs a descriptor for each int of such a record's data, which somebody has to close.
CSOCK_INLINE int32_t csock_passes_descriptors(int32_t level, int32_t type) {
#ifdef CSOCK_LINUX
    if (level == SOL_SOCKET && type == csock_SCM_PIDFD) return 1;
#endif
    return level == SOL_SOCKET && type == SCM_RIGHTS;
}

/// Writes packet information as a record, as csock_control_put. C: IP_PKTINFO in ip(7), IPV6_PKTINFO in ipv6(7)
CSOCK_API int64_t csock_control_put_packet_info(void *control, size_t room, size_t offset,
                                                const csock_packet_info_t *info);

/// Reads packet information: 0, -ENOENT when the record is something else, -EINVAL when it is too short.
CSOCK_API int32_t csock_control_get_packet_info(const void *control, const csock_control_record_t *record,
                                                csock_packet_info_t *info);

/// Writes credentials as a record, as csock_control_put; -ENOTSUP where the system has none. C: SCM_CREDENTIALS in unix(7)
CSOCK_API int64_t csock_control_put_credentials(void *control, size_t room, size_t offset,
                                                const csock_credentials_t *credentials);

/// Reads credentials: 0, -ENOENT when the record is something else, -EINVAL when it is too short.
CSOCK_API int32_t csock_control_get_credentials(const void *control, const csock_control_record_t *record,
                                                csock_credentials_t *credentials);

/// The peer's credentials at the time of connect; -ENOTSUP where the system does not tell.
/// C: SO_PEERCRED in unix(7), whose struct is hidden behind _GNU_SOURCE
CSOCK_API int32_t csock_peer_credentials(int32_t descriptor, csock_credentials_t *credentials);

CSOCK_END
#endif
