# TEST: timeout=600 processors=2
"""Strangers at the door: floods of connections, half-open ones, peers that send rubbish, nests of AMF and absurd chunk
headers.  The server's memory stays bounded, and publishers who behave lose nothing."""
import os
import re
import resource
import socket
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from waiting import wait_for

LONG = os.environ.get("LIVE_LONG") == "1"
PUBLISHERS, FLOOD, HALF_OPEN = (50, 10_000, 400) if LONG else (5, 1_500, 150)
SECONDS = 40 if LONG else 15
MOST_GROWTH = 256 << 20  # of the sanitized server, whose freed memory is quarantined
INGEST = os.path.join(os.environ["BIN"], "rtmp-ingest")

folder = tempfile.TemporaryDirectory(prefix="live-strangers.")
os.chdir(folder.name)
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def words():
    with open("ingest.err", errors="replace") as file:
        return file.read()


def resident():
    with open(f"/proc/{ingest.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def basic(format, ident):
    return bytes([format << 6 | ident])


def chunk(ident, kind, payload, length=None, stream=0):
    size = len(payload) if length is None else length
    return basic(0, ident) + b"\0\0\0" + size.to_bytes(3, "big") + bytes([kind]) + struct.pack("<I", stream) + payload


def text(value):
    return b"\2" + struct.pack(">H", len(value)) + value.encode()


def shaken():
    """A connection behind its handshake."""
    peer = socket.create_connection(("127.0.0.1", port), timeout=20)
    peer.sendall(b"\3" + bytes(1536))
    got = b""
    while len(got) < 3073:
        more = peer.recv(65536)
        if not more:
            raise ConnectionError("closed within the handshake")
        got += more
    peer.sendall(bytes(1536))
    return peer


def chunk_size(size):
    return chunk(2, 1, struct.pack(">I", size))


def is_shut(peer, seconds=20):
    """The server closes it, whatever it says before."""
    peer.settimeout(seconds)
    try:
        while peer.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


NEST = b"".join([b"\3\0\1a" for _ in range(25_000)])
ATTACKS = {
    "nested objects, 100 kB": chunk_size(1 << 20) + chunk(3, 20, text("connect") + b"\0" * 9 + NEST),
    "ten thousand properties": chunk_size(1 << 20)
    + chunk(3, 20, text("connect") + b"\0" + struct.pack(">d", 1) + b"\3" + b"".join(b"\0\4%04d\5" % n for n in range(10_000)) + b"\0\0\t"),
    "a message of 16 MiB and a bit": chunk(3, 20, b"x" * 64, length=0xFFFFFF),
    "chunk size 0": chunk_size(0),
    "chunk size with the top bit": chunk(2, 1, b"\xff\xff\xff\xff"),
    "a hundred chunk streams": b"".join(chunk(3, 20, b"x", length=60_000)[:1].replace(b"\3", b"\0") + bytes([n]) + chunk(3, 20, b"x" * 128, length=60_000)[1:] for n in range(100)),
    "a type 3 chunk of nothing": basic(3, 9) + b"x" * 64,
    "media before connect": chunk(4, 9, b"\x17\1\0\0\0" + b"x" * 50, stream=1),
    "an aggregate of nothing": chunk(4, 22, b"x" * 64, stream=1),
    "rubbish": os.urandom(65536),
}

subprocess.run(
    ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=25", "-t", str(SECONDS), "-c:v", "libx264",
     "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-f", "flv", "film.flv"], check=True)  # fmt: skip
frames = SECONDS * 25

ingest = subprocess.Popen(
    [INGEST, "--listen", "127.0.0.1:0", "--allow-any", "--max-publishers", str(PUBLISHERS), "--exec", 'exec cat >"$LIVE_NAME.mp4"'],
    stderr=open("ingest.err", "wb"), stdin=subprocess.DEVNULL)  # fmt: skip
publishers, idle = [], []
try:
    port = int(wait_for("rtmp-ingest", lambda: re.search(r"listening on rtmp://127\.0\.0\.1:(\d+)", words()))[1])
    for n in range(PUBLISHERS):
        url = f"rtmp://127.0.0.1:{port}/live/good-{n}"
        publishers.append(subprocess.Popen(["ffmpeg", "-nostdin", "-v", "error", "-re", "-i", "film.flv", "-c", "copy", "-f", "flv", url],
                                           stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL))  # fmt: skip
    wait_for("every publisher", lambda: len(set(re.findall(r"(good-\d+): H\.264", words()))) == PUBLISHERS)
    before = resident()

    for name, attack in ATTACKS.items():
        peer = shaken()
        try:
            peer.sendall(attack)
            if name == "a message of 16 MiB and a bit":
                peer.sendall(b"x" * 1000)  # it never comes: shut for that, or for its silence within the 10 s of a connect
        except ConnectionError:
            pass
        if not is_shut(peer):
            sys.exit(f"FAIL: {name}: still welcome after 20 s")
        peer.close()
    for n in range(FLOOD):
        socket.create_connection(("127.0.0.1", port), timeout=20).close()
    for n in range(HALF_OPEN):
        idle.append(socket.create_connection(("127.0.0.1", port), timeout=20))
        if n % 2:
            idle[-1].sendall(b"\3" + bytes(100))
    peak = resident()
    wait_for("half-open connections to be shut", lambda: is_shut(idle[-1], 1), 30)
    print(f"resident: {before >> 20} MiB before, {peak >> 20} MiB under attack, {resident() >> 20} MiB after")
    if peak - before > MOST_GROWTH:
        sys.exit(f"FAIL: memory grew by {(peak - before) >> 20} MiB")

    for publisher in publishers:
        publisher.wait(timeout=SECONDS + 60)
    wait_for("every end", lambda: len(re.findall(r"good-\d+: its command ended", words())) == PUBLISHERS)
    for n in range(PUBLISHERS):
        facts = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of",
                                "csv=p=0", f"good-{n}.mp4"], capture_output=True, text=True, check=True)  # fmt: skip
        if int(facts.stdout) != frames:
            sys.exit(f"FAIL: good-{n} has {facts.stdout.strip()} pictures of {frames}")
    if ingest.poll() is not None:
        sys.exit(f"FAIL: the server ended: {words()[-3000:]}")
    ingest.terminate()
    if ingest.wait(timeout=30) != 0:
        sys.exit(f"FAIL: exit {ingest.returncode}: {words()[-3000:]}")
finally:
    for peer in idle:
        peer.close()
    for child in [*publishers, ingest]:
        if child.poll() is None:
            child.kill()
            child.wait()
