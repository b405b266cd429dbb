#!/usr/bin/env python3
"""Checks that the load generator notices servers that echo wrongly. Exit status: 0, or 1 if one was not noticed."""
import socket
import subprocess
import sys
import threading

from harness import LOADGEN, build_c, free_port


def honest(data, _):
    return data


def flipped(data, _):
    return bytes([data[0] ^ 1]) + data[1:]


def shortened(data, _):
    return data[:-1]


def repeated(data, _):
    return data + data


def stale(data, memory):
    memory.append(data)
    return memory[-2] if len(memory) > 50 else data


def crossed(data, _, others=[]):
    others.append(data)
    return others[-2] if len(others) > 50 else data


def hung_up(data, memory):
    memory.append(data)
    return data if len(memory) < 50 else None


def serve_bulk(client, answer):
    """As c/bulk.h says: an upload's answer is the count, a download is a wave."""
    with client:
        if client.recv(1) == b">":
            total = 0
            while data := client.recv(65536):
                total += len(answer(data, []))
            client.sendall(total.to_bytes(8, sys.byteorder))
        else:
            wave = bytes(i % 251 for i in range(251 * 260))
            while True:
                client.sendall(answer(wave, []))


def serve_connection(client, answer):
    memory = []
    with client:
        while data := client.recv(65536):
            data = answer(data, memory)
            if data is None:
                return
            client.sendall(data)


def serve_tcp(listener, answer, serve):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=quietly, args=(serve, client, answer), daemon=True).start()


def serve_udp(bound, answer):
    memory = []
    while True:
        data, sender = bound.recvfrom(65536)
        bound.sendto(answer(data, memory), sender)


def quietly(function, *arguments):
    """The client may be gone already."""
    try:
        function(*arguments)
    except OSError:
        pass


def trial(mode, answer):
    port = free_port()
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if mode == "udp" else socket.SOCK_STREAM)
    bound.bind(("127.0.0.1", port))
    if mode != "udp":
        bound.listen(64)
    if mode == "udp":
        serve, arguments = serve_udp, (bound, answer)
    else:
        serve, arguments = serve_tcp, (bound, answer, serve_bulk if mode in ("upload", "download") else serve_connection)
    threading.Thread(target=quietly, args=(serve, *arguments), daemon=True).start()
    command = [LOADGEN, mode, str(port), "conns=4", "size=64", "seconds=0.3", "warmup=0"]
    return subprocess.run(command, input="\n", text=True, capture_output=True).returncode


def main():
    build_c()
    cases = [("pingpong", x) for x in (honest, flipped, repeated, stale, crossed, hung_up)]
    cases += [("churn", x) for x in (honest, flipped, crossed)]
    cases += [("udp", x) for x in (honest, shortened, repeated, crossed)]
    cases += [("idle", x) for x in (honest, flipped)]
    cases += [("bulk", x) for x in (honest, flipped, shortened, repeated, crossed, hung_up)]
    cases += [("upload", x) for x in (honest, shortened, repeated)]
    cases += [("download", x) for x in (honest, flipped, shortened)]
    missed = 0
    for mode, answer in cases:
        expected = 0 if answer is honest else 1
        found = trial(mode, answer)
        missed += found != expected
        verdict = "" if found == expected else "WRONG"
        print(f"{mode:9} {answer.__name__:10} {'noticed' if found else 'accepted':9} {verdict}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
