"""The WebSocket's manners: handshake, epoch and clock messages, pings and pongs, close, and what a peer that breaks the
protocol is told."""

import json
import os
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import Camera, Server, WebSocket, check, connect, get, read_head, request_text, until


def closed_with(socket):
    code = struct.unpack(">H", socket.read_kind(8)[:2])[0]
    while socket.read():
        pass
    return code


with Server(expect=0) as server:
    check(WebSocket(server.port).reply.status == 503, "a stream that has not begun")
    with Camera(server.write) as camera:
        until("frames", lambda: server.stats()["fragments"] > 3)
        port = server.port

        socket = WebSocket(port)
        check(socket.reply.status == 101 and socket.reply.headers["upgrade"].lower() == "websocket", socket.reply)
        kind, epoch = socket.read()
        epoch = json.loads(epoch)
        check(kind == 1 and epoch["type"] == "epoch" and epoch["epoch"] == 1, epoch)
        check(socket.read() == (2, fmp4.init()), "the init segment does not come second")
        numbers = []
        began = time.monotonic()
        clock = None
        while clock is None:
            kind, payload = socket.read()
            if kind == 2:
                numbers.append(fmp4.parse(payload)[1][0].number)
            elif kind == 1:
                clock = json.loads(payload)
        check(clock["type"] == "clock" and clock["now"] > epoch["now"] + 3000, clock)
        check(4 < time.monotonic() - began < 30, "the clock came after", time.monotonic() - began)
        check(numbers[0] % 25 == 0 and numbers == list(range(numbers[0], numbers[0] + len(numbers))), numbers)

        socket.send(9, b"are you there")
        check(socket.read_kind(10) == b"are you there", "the pong is another")
        socket.send(1, b'{"type":"hello"}')  # says nothing to us
        socket.send(2, bytes(200))
        check(socket.read_kind(2), "no fragments after a message")
        socket.send(8, struct.pack(">H", 1000) + b"bye")
        check(closed_with(socket) == 1000)

        def told(*arguments, **more):
            wrong = WebSocket(port)
            wrong.send(*arguments, **more)
            return closed_with(wrong)

        check(told(1, b"unmasked", masked=False) == 1002)
        check(told(3, b"what") == 1002)
        check(told(1, b"x", reserved=0x40) == 1002)
        check(told(9, bytes(126)) == 1002)
        check(told(0, b"of nothing") == 1002)
        check(told(1, b"\xff\xfe") == 1007)
        check(told(2, bytes(5000)) == 1009)

        for left_out in ("Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"):
            headers = [line for line in WebSocket.handshake() if not line.startswith(left_out)]
            with connect(port) as plain:
                plain.sendall(request_text("/live.ws", port, headers=headers))
                with plain.makefile("rb") as file:
                    check(read_head(file).status in (400, 426), left_out)
        check(get(port, "/live.ws").status in (400, 426))

        until("everybody to have left", lambda: server.stats()["viewers"] == 0)

        last = WebSocket(port)
        last.read_kind(2)
    # The camera has stopped; the server is asked to.
    server.process.terminate()
    check(closed_with(last) == 1001)
