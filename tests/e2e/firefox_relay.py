#!/usr/bin/env python3
"""Starts the Firefox that FIREFOX_PATH names as Playwright would, and hands Playwright's commands on to it.

Playwright drives Firefox as it is published by WebDriver BiDi (channel `moz-firefox`), but opens every profile with
`emulation.setMediaFeaturesOverride`, which Firefox answers with "unknown command" up to its long-term release of 2026.
No test asks for another colour scheme, so that one command is answered as if it had been obeyed. Standard library only.
"""

import json
import os
import re
import socket
import subprocess
import sys
import threading

REFUSED = "emulation.setMediaFeaturesOverride"
#: A command that every browser answers and that changes nothing.
HARMLESS = "session.status"


def main() -> int:
    """Run Firefox until it ends, with its address replaced by the relay's."""
    browser = subprocess.Popen([os.environ["FIREFOX_PATH"], *sys.argv[1:]], stderr=subprocess.PIPE, text=True)
    assert browser.stderr is not None
    for line in browser.stderr:
        if address := re.search(r"WebDriver BiDi listening on ws://127\.0\.0\.1:(\d+)", line):
            line = line.replace(address[1], str(listen(int(address[1]))))
        sys.stderr.write(line)
        sys.stderr.flush()
    return browser.wait()


def listen(port: int) -> int:
    """Return the port of a relay to the browser's."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            client, _address = listener.accept()
            server = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=hand_on_commands, args=(client, server, port), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return int(listener.getsockname()[1])


def hand_on_commands(client: socket.socket, server: socket.socket, port: int) -> None:
    """Hand on the handshake, then every frame, in both directions until one side closes."""
    reader = client.makefile("rb")
    head = [reader.readline()]
    while (line := reader.readline()) not in (b"\r\n", b""):
        name = line.partition(b":")[0].lower()
        if name == b"host":
            line = b"Host: 127.0.0.1:%d\r\n" % port
        if name != b"sec-websocket-extensions":  # compressed frames could not be read
            head.append(line)
    server.sendall(b"".join(head) + b"\r\n")
    threading.Thread(target=hand_on_answers, args=(server, client), daemon=True).start()
    while start := reader.read(2):
        size = start[1] & 0x7F
        if size > 125:
            size = int.from_bytes(reader.read(2 if size == 126 else 8), "big")
        mask = reader.read(4)
        data = reader.read(size)
        server.sendall(frame(start[0], accepted(masked(data, mask)), mask))
    server.close()


def hand_on_answers(server: socket.socket, client: socket.socket) -> None:
    while data := server.recv(65536):
        client.sendall(data)
    client.close()


def masked(data: bytes, mask: bytes) -> bytes:
    """Return a client's payload masked, or what was masked in plain (RFC 6455, section 5.3)."""
    key = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(len(data), "big")


def accepted(data: bytes) -> bytes:
    """Return a command, or a harmless one in place of the one that Firefox does not know."""
    if REFUSED.encode() not in data:
        return data
    command = json.loads(data)
    if command.get("method") != REFUSED:
        return data
    return json.dumps({**command, "method": HARMLESS, "params": {}}).encode()


def frame(first: int, data: bytes, mask: bytes) -> bytes:
    """Return a client's frame."""
    size = len(data)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = bytes([0x80 | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([0x80 | 127]) + size.to_bytes(8, "big")
    return bytes([first]) + length + mask + masked(data, mask)


if __name__ == "__main__":
    sys.exit(main())
