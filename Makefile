# One word for each thing that can be checked; `make help` lists them.
BUILD   ?= build
PREFIX  ?= /usr/local
SECONDS ?= 60
COUNT   ?= 100000
SEED    ?= 1
CMAKE   := cmake -DCMAKE_BUILD_TYPE=RelWithDebInfo
CTEST   := ctest --output-on-failure --no-tests=error -j2

# The Swift toolchain brings its own clang, next to `swift`. Its tools are named by path: another clang may come first.
TOOLCHAIN  = $(dir $(realpath $(shell command -v swift)))
SWIFT_CLANG = $(TOOLCHAIN)clang

# Its sanitizer of threads watches libdispatch, too, and is not linked without it.
SWIFT_LIBRARIES = $(TOOLCHAIN)../lib/swift/linux
WITH_DISPATCH = -L$(SWIFT_LIBRARIES) -Wl,-rpath,$(SWIFT_LIBRARIES) -ldispatch -lBlocksRuntime

MAKEFLAGS += --no-print-directory

.PHONY: test packages shim shim-test swift-test interop sanitize sanitize-shim sanitize-swift storm fuzz install
.PHONY: format-check cross qemu docs clean help

test: packages shim-test swift-test interop  ## everything that has to pass

packages:  ## what the tests need from Debian, installed when root
	scripts/install-packages

shim:  ## the C library
	$(CMAKE) -S . -B $(BUILD)/shim
	cmake --build $(BUILD)/shim -j2

shim-test: shim  ## the C tests
	$(CTEST) --test-dir $(BUILD)/shim

# Each test has a thread, and many have processes: all at once are 1,400 threads, and what runs starves for seconds. Versions of
# Swift Testing that do not know the variable start them all.
swift-test:  ## the Swift tests, SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=24 at a time
	swift build --build-tests
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-24} \
	    swift test --skip-build

interop:  ## the installed shim from C, C++, Python, Rust and Go
	Tests/InteropTests/shim/run
	Tests/InteropTests/samples/run

sanitize: sanitize-shim sanitize-swift  ## memory, undefined behaviour and races

sanitize-shim:
	CC=gcc $(CMAKE) -S . -B $(BUILD)/gcc-asan -DCSOCK_SANITIZE=address,undefined
	CC=$(SWIFT_CLANG) LDFLAGS=-fuse-ld=lld $(CMAKE) -S . -B $(BUILD)/clang-asan -DCSOCK_SANITIZE=address,undefined
	CC=gcc $(CMAKE) -S . -B $(BUILD)/gcc-tsan -DCSOCK_SANITIZE=thread
	CC=$(SWIFT_CLANG) LDFLAGS="-fuse-ld=lld $(WITH_DISPATCH)" $(CMAKE) -S . -B $(BUILD)/clang-tsan -DCSOCK_SANITIZE=thread
	for each in gcc-asan clang-asan gcc-tsan clang-tsan; do \
	    cmake --build $(BUILD)/$$each -j2 && $(CTEST) --test-dir $(BUILD)/$$each || exit; done

# Without the runner of XCTest, which leaks and has no tests to run here. One test after the other, because each takes so long
# that time limits would not hold: the tasks of one wait until the tests of others give up the threads.
sanitize-swift:
	swift test --disable-xctest --no-parallel --sanitize=address -Xswiftc -use-ld=lld --scratch-path $(BUILD)/swift-asan
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/tsan.supp \
	    swift test --disable-xctest --no-parallel --sanitize=thread -Xswiftc -use-ld=lld --scratch-path $(BUILD)/swift-tsan

# SANITIZE=thread or address has a sanitizer watch.
storm:  ## COUNT=100000 random cancellations, time-outs and closes for each engine, with SEED=1
	swift build -c release --product Storm --scratch-path $(BUILD)/storm$(SANITIZE:%=-%) \
	    $(SANITIZE:%=--sanitize=% -Xswiftc -use-ld=lld)
	for each in poll epoll ring; do \
	    TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/tsan.supp \
	    $(BUILD)/storm$(SANITIZE:%=-%)/release/Storm --engine $$each --count $(COUNT) --seed $(SEED) || exit; done

fuzz:  ## the readers of foreign bytes for SECONDS=60 each
	mkdir -p $(BUILD)/fuzz/control $(BUILD)/fuzz/address
	for each in control address; do \
	    $(SWIFT_CLANG) -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fuse-ld=lld \
	        -ICSocketShim/include CSocketShim/*.c Tests/Fuzz/fuzz_$$each.c -o $(BUILD)/fuzz/fuzz_$$each && \
	    $(BUILD)/fuzz/fuzz_$$each -max_len=512 -max_total_time=$(SECONDS) -print_final_stats=1 \
	        -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/$$each Tests/Fuzz/corpus/$$each || exit; done

docs:  ## the reference as a web site in build/docs, with docc
	scripts/docs $(BUILD)/docs

install: shim  ## the C library to PREFIX=/usr/local
	cmake --install $(BUILD)/shim --prefix $(PREFIX)

format-check:  ## the shape of the Swift sources
	swift format lint -r --strict Sources Tests

cross:  ## the shim for other systems and processors
	scripts/cross

qemu:  ## the C tests on processors with the other byte order and with 32 bits
	scripts/qemu

clean:  ## everything that was built
	rm -rf $(BUILD) .build

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1: /p' Makefile | column -t -s:
