// Control data from a hostile peer: the walk stays inside, moves on and ends, and what it finds can be written again.
#include "fuzz.h"

static void read_structs(const uint8_t *control, const csock_control_record_t *record) {
    csock_packet_info_t info;
    csock_credentials_t credentials;
    int32_t packet = csock_control_get_packet_info(control, record, &info);
    int32_t sender = csock_control_get_credentials(control, record, &credentials);
    MUST(packet == 0 || packet == -EINVAL || packet == -ENOENT);
    MUST(sender == 0 || sender == -EINVAL || sender == -ENOENT);
}

/// Writes the record into memory that just fits and reads it back.
static void write_again(const uint8_t *control, const csock_control_record_t *record) {
    size_t space = csock_control_space(record->count), length = csock_control_length(record->count);
    uint8_t *copy = exact_memory(space);
    csock_control_record_t back;
    int64_t end = csock_control_put(copy, space, 0, record->level, record->type, control + record->offset, record->count);
    MUST(end == (int64_t)space);
    MUST(csock_control_put(copy, space - 1, 0, 0, 0, NULL, record->count) == -ENOBUFS);
    MUST(csock_control_next(copy, length, 0, &back) == (int64_t)length);
    MUST(csock_control_next(copy, space, 0, &back) == (int64_t)space);
    MUST(back.level == record->level && back.type == record->type && back.count == record->count && !back.partial);
    MUST(memcmp(copy + back.offset, control + record->offset, record->count) == 0);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *control, size_t length) {
    csock_control_record_t record;
    int64_t offset = 0, next;
    size_t steps = 0;
    while ((next = csock_control_next(control, length, (size_t)offset, &record)) > 0) {
        MUST(next > offset && next <= (int64_t)length && ++steps <= length);
        MUST(record.offset >= (size_t)offset && record.offset <= length && record.count <= length - record.offset);
        MUST(!record.partial || next == (int64_t)length);
        read_structs(control, &record);
        write_again(control, &record);
        offset = next;
    }
    MUST(next == 0 || next == -EINVAL);
    return 0;
}
