"""A real fmp4-httpd with its writer and viewers, each bounded in time."""

import base64
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
import fmp4  # noqa: E402

PATIENCE = 60  # seconds that anything may take on a busy machine


def check(claim, *what):
    if not claim:
        raise AssertionError(" ".join(str(w) for w in what))


def until(what, condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        check(time.monotonic() < deadline, "waited in vain for", what)
        time.sleep(0.02)


class Server:
    """with Server(...) as server: it is ended, and must have ended well, at the end of the block."""

    def __init__(self, *arguments, stdin=subprocess.PIPE, expect=0):
        self.folder = tempfile.TemporaryDirectory(prefix="fmp4-httpd.")
        self.words = os.path.join(self.folder.name, "err")
        self.expect = expect
        command = [os.path.join(os.environ["BIN"], "fmp4-httpd"), "--listen", "127.0.0.1:0", *arguments]
        with open(self.words, "wb") as err:
            self.process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=err)
        self.port = int(until("the address", self._address)[1])

    def _address(self):
        check(self.process.poll() is None, "it ended:", self.said())
        return re.search(r"serving http://127\.0\.0\.1:(\d+)", self.said())

    def said(self):
        with open(self.words, errors="replace") as words:
            return words.read()

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def stats(self, name="live"):
        reply = get(self.port, "/stats.json")
        return next(stream for stream in json.loads(reply.body)["streams"] if stream["name"] == name)

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"RssAnon:\s+(\d+)", status.read())[1]) * 1024

    def watches(self, path):
        """Does it watch this folder, by inotify(7)?"""
        inode = f"inotify wd:[0-9a-f]+ ino:{os.stat(path).st_ino:x} "
        for entry in os.scandir(f"/proc/{self.process.pid}/fdinfo"):
            with open(entry.path) as info:
                if re.search(inode, info.read()):
                    return True
        return False

    def stop(self):
        if self.process.stdin and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        status = self.stop()
        if kind is not None or status != self.expect:
            sys.stderr.write(self.said()[-8000:])
        self.folder.cleanup()
        if kind is None:
            check(status == self.expect, "fmp4-httpd: exit", status, "wanted", self.expect)


class Camera(threading.Thread):
    """Writes frames in real time until it is told to stop."""

    def __init__(self, write, gop=25, size=2000, rate=25, first=0, init=True):
        super().__init__(daemon=True)
        self.send, self.gop, self.size, self.rate = write, gop, size, rate
        self.number = first
        self.init = fmp4.init() if init is True else init
        self.over = threading.Event()

    def run(self):
        try:
            if self.init:
                self.send(self.init)
            begun, first = time.monotonic(), self.number
            while not self.over.wait(max(0, begun + (self.number - first) / self.rate - time.monotonic())):
                self.send(fmp4.fragment(self.number, self.number % self.gop == 0, self.size))
                self.number += 1
        except (BrokenPipeError, ValueError):
            pass

    def stop(self):
        self.over.set()
        self.join(PATIENCE)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


class Reply:
    def __init__(self, status, headers, body=b""):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:200]}"


def connect(port, receive_buffer=None):
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.settimeout(PATIENCE)
    s.connect(("127.0.0.1", port))
    return s


def request_text(path, port, method="GET", version="1.1", headers=()):
    lines = [f"{method} {path} HTTP/{version}"]
    if not any(line.lower().startswith("host:") for line in headers):
        lines.append(f"Host: 127.0.0.1:{port}")
    return ("\r\n".join([*lines, *headers]) + "\r\n\r\n").encode()


def read_head(file):
    line = file.readline()
    if not line:
        return None
    status, headers = int(line.split()[1]), {}
    for line in iter(file.readline, b"\r\n"):
        check(line.endswith(b"\r\n"), "a header without an end:", line)
        name, _, value = line.decode().partition(":")
        headers[name.strip().lower()] = value.strip()
    return Reply(status, headers)


def get(port, path, method="GET", version="1.1", headers=()):
    """An answer that has a length; the connection is closed after it."""
    with connect(port) as s:
        s.sendall(request_text(path, port, method, version, [*headers, "Connection: close"]))
        with s.makefile("rb") as file:
            reply = read_head(file)
            check(reply, "no answer to", method, path)
            if method != "HEAD" and "content-length" in reply.headers:
                reply.body = file.read(int(reply.headers["content-length"]))
            return reply


class Viewer:
    """Reads /NAME.mp4; `data` is the body so far, without chunks."""

    def __init__(self, port, path="/live.mp4", version="1.1", headers=(), receive_buffer=None):
        self.socket = connect(port, receive_buffer)
        self.socket.sendall(request_text(path, port, version=version, headers=headers))
        self.file = self.socket.makefile("rb")
        self.reply = read_head(self.file)
        check(self.reply and self.reply.status == 200, "the viewer got", self.reply)
        self.chunked = self.reply.headers.get("transfer-encoding") == "chunked"
        self.data, self.ended = bytearray(), False

    def read_some(self):
        """A chunk more, or a part where there are none; False at the end of the response."""
        if not self.chunked:
            part = self.file.read1(65536)
            self.data += part
            self.ended = not part
            return not self.ended
        line = self.file.readline()
        if not line:
            return False
        part = self.file.read(int(line, 16))
        check(self.file.read(2) == b"\r\n", "a chunk without an end")
        self.data += part
        self.ended = not part
        return not self.ended

    def read_until(self, what, condition):
        """Reads until condition(fragments so far)."""
        deadline = time.monotonic() + PATIENCE
        while True:
            fragments = fmp4.parse(self.data)[1]
            if fragments and condition(fragments):
                return fragments
            check(time.monotonic() < deadline, "waited in vain for", what)
            check(self.read_some(), "the response ended before", what)

    def read_all(self):
        while self.read_some():
            pass
        return fmp4.parse(self.data)

    def close(self):
        self.file.close()
        self.socket.close()


class WebSocket:
    """Reads /NAME.ws frame by frame."""

    def __init__(self, port, path="/live.ws", headers=(), receive_buffer=None):
        self.socket = connect(port, receive_buffer)
        self.socket.sendall(request_text(path, port, headers=[*self.handshake(), *headers]))
        self.file = self.socket.makefile("rb")
        self.reply = read_head(self.file)

    @staticmethod
    def handshake():
        key = base64.b64encode(os.urandom(16)).decode()
        return ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]

    def read(self):
        """(opcode, payload), or None at the end of the connection."""
        head = self.file.read(2)
        if len(head) < 2:
            return None
        check(head[0] & 0x70 == 0 and head[0] & 0x80, "a frame of no whole message:", head)
        check(not head[1] & 0x80, "a server's frame is not masked")
        size = head[1] & 0x7F
        if size == 126:
            size = struct.unpack(">H", self.file.read(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.file.read(8))[0]
        return head[0] & 0xF, self.file.read(size)

    def read_kind(self, wanted):
        """The next frame with opcode `wanted`; others are passed over."""
        while True:
            frame = self.read()
            check(frame, "the connection ended before a frame of kind", wanted)
            if frame[0] == wanted:
                return frame[1]

    def send(self, opcode, payload=b"", final=True, masked=True, reserved=0):
        head = bytes([opcode | (0x80 if final else 0) | reserved])
        size = len(payload)
        bit = 0x80 if masked else 0
        head += bytes([size | bit]) if size < 126 else bytes([126 | bit]) + struct.pack(">H", size)
        mask = os.urandom(4) if masked else b""
        if masked:
            payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(head + mask + payload)

    def close(self):
        self.file.close()
        self.socket.close()


def consecutive(numbers):
    return all(b == a + 1 for a, b in zip(numbers, numbers[1:]))
