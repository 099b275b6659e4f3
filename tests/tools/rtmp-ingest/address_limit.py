"""--max-connections-per-address: above it a connection is shut at once, other addresses get in, and places come back."""
import os
import re
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from waiting import wait_for

folder = tempfile.TemporaryDirectory(prefix="live-addresses.")
os.chdir(folder.name)


def served(address):
    """A connection that gets its handshake; None when it is shut instead."""
    peer = socket.create_connection(("127.0.0.1", port), timeout=30)
    family = "TCP6" if ":" in address else "TCP4"
    peer.sendall(f"PROXY {family} {address} {address} 40000 1935\r\n".encode() + b"\3" + bytes(1536))
    got = b""
    while len(got) < 3073:
        try:
            more = peer.recv(65536)
        except ConnectionResetError:
            more = b""
        if not more:
            peer.close()
            return None
        got += more
    return peer


def check(what, holds):
    if not holds:
        sys.exit(f"FAIL: {what}")


ingest = subprocess.Popen(
    [os.path.join(os.environ["BIN"], "rtmp-ingest"), "--listen", "127.0.0.1:0", "--allow-any", "--no-output", "--proxy-protocol", "v1",
     "--max-connections-per-address", "2"], stderr=open("ingest.err", "wb"), stdin=subprocess.DEVNULL)  # fmt: skip
try:
    found = wait_for("rtmp-ingest", lambda: re.search(r"listening on rtmp://127\.0\.0\.1:(\d+)", open("ingest.err").read()))
    port = int(found[1])
    for one, same, other in [("203.0.113.9", "203.0.113.9", "203.0.113.10"),
                             ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")]:  # fmt: skip
        peers = [served(one), served(same)]
        check(f"{one} is served twice", all(peers))
        check(f"{same} is not served a third time", served(same) is None)
        others = served(other)
        check(f"{other} is served", others)
        peers.pop().close()
        peers.append(wait_for("the place to come back", lambda: served(same)))
        for peer in [*peers, others]:
            peer.close()
    own = [served("127.0.0.1") for _ in range(4)]
    check("this machine's own do not count", all(own))
    for peer in own:
        peer.close()
    ingest.terminate()
    check("exit 0", ingest.wait(timeout=30) == 0)
finally:
    if ingest.poll() is None:
        ingest.kill()
        ingest.wait()
