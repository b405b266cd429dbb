// table.h and constants.h: constants as numbers and by name, the catalogue of options, error names, versions.
#include "check.h"

static void a_constant_is_found_by_name(void) {
    int64_t value = -1;
    EQUAL(csock_constant("SO_REUSEADDR", &value), 0);
    EQUAL(value, SO_REUSEADDR);
    EQUAL(csock_constant("AF_UNSPEC", &value), 0);
    EQUAL(value, 0);
    EQUAL(csock_constant("ECONNREFUSED", &value), 0);
    EQUAL(value, ECONNREFUSED);
}

static void an_unknown_name_leaves_the_value_alone(void) {
    const char *unknown[] = {"", "SO_", "so_reuseaddr", "SO_REUSEADDR ", "csock_SO_REUSEADDR"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        int64_t value = 4711;
        EQUAL(csock_constant(unknown[i], &value), -ENOENT);
        EQUAL(value, 4711);
    }
}

static size_t row_count(void) {
    csock_constant_t row;
    size_t count = 0;
    while (csock_constant_at(count, &row) == 0) count++;
    return count;
}

static void each_row_is_found_under_its_name_and_no_name_twice(void) {
    size_t count = row_count();
    TRUE(count > 200);
    for (size_t i = 0; i < count; i++) {
        csock_constant_t row, found;
        int64_t value = 0;
        EQUAL(csock_constant_at(i, &row), 0);
        EQUAL(csock_constant(row.name, &value), 0);
        if (!EQUAL(value, row.value)) fprintf(stderr, "    %s\n", row.name);
        for (size_t other = 0; other < i && csock_constant_at(other, &found) == 0; other++)
            TRUE(strcmp(found.name, row.name) != 0);
    }
}

static void the_table_ends(void) {
    csock_constant_t row = {"untouched", 1, 2, 3};
    EQUAL(csock_constant_at(row_count(), &row), -ENOENT);
    EQUAL(csock_constant_at(SIZE_MAX, &row), -ENOENT);
    EQUAL(row.value, 1);
}

static void an_option_has_a_level_and_a_kind_and_others_have_none(void) {
    csock_constant_t row;
    for (size_t i = 0; csock_constant_at(i, &row) == 0; i++) {
        int is_option = strncmp(row.name, "SO_", 3) == 0 || strncmp(row.name, "TCP_", 4) == 0 ||
                        strncmp(row.name, "IP_", 3) == 0 || strncmp(row.name, "IPV6_", 5) == 0;
        if (!TRUE((row.kind != 0) == is_option)) fprintf(stderr, "    %s\n", row.name);
        TRUE(row.kind >= 0 && row.kind <= CSOCK_KIND_NONE);
        if (!is_option) EQUAL(row.level, 0);
        if (strncmp(row.name, "SO_", 3) == 0) EQUAL(row.level, SOL_SOCKET);
        if (strncmp(row.name, "TCP_", 4) == 0) EQUAL(row.level, IPPROTO_TCP);
        if (strncmp(row.name, "IPV6_", 5) == 0) EQUAL(row.level, IPPROTO_IPV6);
    }
}

static void an_error_has_a_name_and_a_text_with_either_sign(void) {
    TRUE(strcmp(csock_error_name(ECONNREFUSED), "ECONNREFUSED") == 0);
    TRUE(strcmp(csock_error_name(-ECONNREFUSED), "ECONNREFUSED") == 0);
    TRUE(strcmp(csock_error_text(-ECONNREFUSED), "connection refused") == 0);
    TRUE(strcmp(csock_error_name(EWOULDBLOCK), "EAGAIN") == 0);
}

static void an_unknown_error_has_none(void) {
    const int32_t unknown[] = {0, 9999, -9999, INT32_MAX, INT32_MIN, INT32_MIN + 1};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        TRUE(csock_error_name(unknown[i]) == NULL);
        TRUE(csock_error_text(unknown[i]) == NULL);
    }
}

static void the_flags_of_a_type_do_not_overlap_with_types(void) {
    EQUAL(csock_SOCK_CLOEXEC & csock_SOCK_NONBLOCK, 0);
    EQUAL((csock_SOCK_CLOEXEC | csock_SOCK_NONBLOCK) & (csock_SOCK_STREAM | csock_SOCK_DGRAM | csock_SOCK_RAW), 0);
}

static void the_version_is_the_one_of_the_package(void) {
    TRUE(strcmp(csock_version(), PROJECT_VERSION) == 0);
    EQUAL(csock_abi_version(), 0);
}

int main(void) {
    check_begin();
    a_constant_is_found_by_name();
    an_unknown_name_leaves_the_value_alone();
    each_row_is_found_under_its_name_and_no_name_twice();
    the_table_ends();
    an_option_has_a_level_and_a_kind_and_others_have_none();
    an_error_has_a_name_and_a_text_with_either_sign();
    an_unknown_error_has_none();
    the_flags_of_a_type_do_not_overlap_with_types();
    the_version_is_the_one_of_the_package();
    return check_end();
}
