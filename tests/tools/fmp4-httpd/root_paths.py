"""--root: no way leads out of the folder, and no odd request is more than refused."""

import ctypes
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import tree
from server import Server, check, connect, get, read_head

SECRET = b"nobody may read this"
IN_OPEN = 0x20


class Guard:
    """Whether anybody has opened a file, by inotify(7)."""

    def __init__(self, path):
        libc = ctypes.CDLL(None)
        self.fd = libc.inotify_init1(os.O_NONBLOCK)
        check(libc.inotify_add_watch(self.fd, path.encode(), IN_OPEN) >= 0, "watch", path)

    def opened(self):
        try:
            return bool(os.read(self.fd, 4096))
        except BlockingIOError:
            return False


with tempfile.TemporaryDirectory(prefix="root.") as base:
    root = os.path.join(base, "root")
    tree.stream(root)
    outside = os.path.join(base, "secret.mp4")
    tree.publish(outside, SECRET)
    rendition = os.path.join(root, "cam", "360p")
    tree.publish(os.path.join(rendition, ".uploaded"), SECRET)
    tree.publish(os.path.join(root, ".hold"), SECRET)
    tree.publish(os.path.join(root, ".trash-1", "film.mp4"), SECRET)
    os.symlink(outside, os.path.join(rendition, "absolute.m4s"))
    os.symlink("../../../secret.mp4", os.path.join(rendition, "relative.m4s"))
    os.symlink(base, os.path.join(root, "way"))
    os.symlink("/proc/self/cwd", os.path.join(root, "magic"))
    os.symlink("7000.m4s", os.path.join(rendition, "inside.m4s"))
    os.mkfifo(os.path.join(rendition, "fifo.m4s"))

    guard = Guard(outside)
    with Server("--root", root, stdin=None) as server:
        port = server.port
        for path in (
            "/../secret.mp4", "/cam/../../secret.mp4", "/cam/360p/../../../secret.mp4", "/%2e%2e/secret.mp4",
            "/cam/%2e%2e/%2e%2e/secret.mp4", "/..%2fsecret.mp4", "/cam%2f..%2f..%2fsecret.mp4", "/%252e%252e/secret.mp4",
            "/cam/%252e%252e%252f%252e%252e%252fsecret.mp4", "/cam/360p/7000.m4s%2500", "/%c0%ae%c0%ae/secret.mp4",
            "/cam/..;/secret.mp4", "/cam/.../secret.mp4", "//secret.mp4", "/cam//360p/7000.m4s", "/./secret.mp4",
            "/way/secret.mp4", "/magic/fmp4-httpd", "/cam/360p/absolute.m4s", "/cam/360p/relative.m4s",
            "/cam/360p/.uploaded", "/.hold", "/.trash-1/film.mp4", "/cam/.stream.json", "/cam/.lock",
            "/cam/360p/fifo.m4s", "/cam/360p", "/cam/360p/", "/cam/360p/7000.m4s/", "/cam/360p/7000.m4s/x",
            "/cam\\..\\..\\secret.mp4", "/cam/360p/7000.m4s%20", "/cam/360p/" + "x" * 4000, "/" + "a/" * 2000 + "x",
            outside, "/etc/passwd", "/proc/self/environ",
        ):
            reply = get(port, path)
            check(reply.status in (400, 404), path[:100], reply)
            check(SECRET not in reply.body, path, "was read")
        for path in ("/cam/360p/7000.m4s%00", "/cam/%00/x", "/%zz", "/cam/360p/%0a"):
            check(get(port, path).status == 400, path)
        check(get(port, "/" + "x" * 8200).status == 414, "a name of 8 kB")
        check(get(port, "/cam/360p/inside.m4s").status == 200, "a link that stays inside")

        # Bytes that are no request.
        for data in (b"GET /cam/360p/7000.m4s\r\n\r\n", b"GET cam HTTP/1.1\r\nHost: h\r\n\r\n", b"\x16\x03\x01\x02\x00\x01",
                     b"GET /cam/360p/../../../secret.mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"):
            with connect(port) as s:
                s.sendall(data)
                with s.makefile("rb") as file:
                    reply = read_head(file)
                    check(reply is None or reply.status in (400, 404), data, reply)
        check(get(port, "/cam/360p/7000.m4s").status == 200, "and it still serves")
    check(not guard.opened(), "what lies outside was opened")
    with open(outside, "rb"):
        check(guard.opened(), "the guard sleeps")
