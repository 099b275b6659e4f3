"""Several inputs: a FIFO, a file that is paced by its own stamps, stdin by name.  One that is no live fMP4 is marked as
failed and the others go on.  Names that are routes, and other wrong command lines, are exit 64."""

import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import PATIENCE, Camera, Server, Viewer, check, get, until

with tempfile.TemporaryDirectory() as folder:
    film, text, fifo = (os.path.join(folder, name) for name in ("film.mp4", "text", "fifo"))
    with open(film, "wb") as out:
        out.write(fmp4.init())
        for number in range(100):  # four seconds
            out.write(fmp4.fragment(number, number % 25 == 0))
    with open(text, "wb") as out:
        out.write(b"no video here, only words and more words\n")
    os.mkfifo(fifo)

    begun = time.monotonic()
    with Server(f"film={film}", f"text={text}", f"door={fifo}", "live=-") as server:
        with Camera(server.write):
            viewer = Viewer(server.port, "/film.mp4")
            check(server.stats("door")["state"] == "waiting", server.stats("door"))
            until("the text to fail", lambda: server.stats("text")["state"] == "failed")
            check("text, not live fMP4" in server.stats("text")["reason"], server.stats("text"))
            refused = get(server.port, "/text.mp4")
            check(refused.status == 503 and b"failed" in refused.body, refused)
            until("the film's end", lambda: server.stats("film")["state"] == "ended")
            check(time.monotonic() - begun > 3.5, "the film was not paced:", time.monotonic() - begun)
            viewer.read_until("the film's last frame", lambda got: got and got[-1].number == 99)
            check(get(server.port, "/film.mp4").status == 503)
            until("stdin's stream", lambda: server.stats("live")["state"] == "live")
        index = get(server.port, "/stats.json").body
        check(all(name in index for name in (b"film", b"text", b"door", b"live")), index)

    def refuse(status, words, *arguments):
        command = [os.path.join(os.environ["BIN"], "fmp4-httpd"), "--listen", "127.0.0.1:0", *arguments]
        got = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        said = got.stderr.decode()
        check(got.returncode == status and words in said, arguments, "exit", got.returncode, said)
        check(len(said.strip().splitlines()) == 1, "more than a line:", said)

    refuse(64, "choose another name", f"stats.json={film}")
    refuse(64, "choose another name", f"a.mp4={film}")
    refuse(64, "NAME=PATH", film)
    refuse(64, "a name has", f"../up={film}")
    refuse(64, "stands twice", f"a={film}", f"a={film}")
    refuse(64, "stdin can be one stream only", "a=-", "b=-")
    refuse(64, "no origin", "--cors", "example.org", f"a={film}")
    refuse(66, "No such file", f"a={folder}/nothing")
    refuse(66, "Is a directory", f"a={folder}")

    # --on-eof exit: all inputs are files, and the last one's end is the end.
    command = [os.path.join(os.environ["BIN"], "fmp4-httpd"), "--listen", "127.0.0.1:0", "--on-eof", "exit"]
    ended = subprocess.run([*command, f"film={film}"], stderr=subprocess.DEVNULL, timeout=PATIENCE)
    check(ended.returncode == 0, "exit", ended.returncode)
