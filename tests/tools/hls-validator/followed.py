# TEST: timeout=180 processors=2
"""A live low-latency tree behind a web server that blocks, followed: nothing is found while it is right, and what a server
can do wrong is; a folder that is followed; the program's words, report and exit status."""
import http.server
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

TESTS = pathlib.Path(os.environ["TESTS"])
sys.path[:0] = [str(TESTS / "hls-validator"), str(TESTS / "support")]

import breaches  # noqa: E402
import tree as judged  # noqa: E402
from hls_tree import FIRST, PART, SECONDS, SIZES, Tree  # noqa: E402

PER_SEGMENT = round(SECONDS / PART)
WINDOW = 13  # segments: more than CAN-SKIP-UNTIL
BLOCKING = f"CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={6 * SECONDS},"
scratch = pathlib.Path(tempfile.mkdtemp(prefix="live-followed."))
files = Tree(scratch / "tree", segments=WINDOW + 8, parts=True).write()
failed = []


class Server(http.server.ThreadingHTTPServer):
    """The tree as it grows, a part every PART seconds; `wrong` is what it does wrong."""

    daemon_threads = True

    def __init__(self, wrong):
        super().__init__(("127.0.0.1", 0), Handler)
        self.wrong, self.began = wrong, time.monotonic()

    def parts(self):
        return int((time.monotonic() - self.began) / PART) + WINDOW * PER_SEGMENT + 1

    def wait_for(self, parts):
        while self.parts() < parts:
            time.sleep(0.01)

    def playlist(self, name, skip):
        done, open_parts = divmod(self.parts(), PER_SEGMENT)
        text = files.playlist(done - WINDOW, WINDOW, open_parts).replace("CONTROL:", "CONTROL:" + BLOCKING)
        hinted = open_parts + 2 if self.wrong == "hint-broken" else open_parts
        text += f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{FIRST + done}.{hinted}.m4s"\n'
        other = next(n for n in SIZES if n != name)
        last = FIRST + done - (0 if open_parts else 1) - (3 if self.wrong == "report-wrong" else 0)
        text += f'#EXT-X-RENDITION-REPORT:URI="../{other}/index.m3u8",LAST-MSN={last},LAST-PART={(open_parts - 1) % PER_SEGMENT}\n'
        if skip:
            gone = 9 if self.wrong == "delta-wrong" else WINDOW - 6
            text = re.sub(r"(#EXT-X-MAP.*\n)(#EXT-X-PROGRAM.*\n)((#EXTINF.*\n.*\n|#EXT-X-PART:.*\n)*?)(?=(#EXT-X-PART:.*\n)*#EXTINF.*\n%d)"
                          % (FIRST + done - WINDOW + gone), rf"#EXT-X-SKIP:SKIPPED-SEGMENTS={gone}\n", text)
            text = text.replace("VERSION:6", "VERSION:9")
        return text


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        name = url.path.strip("/").replace("/list", "/index.m3u8")
        path = files.folder / name
        if name.endswith("index.m3u8"):
            if "_HLS_msn" in query and self.server.wrong != "block-answer":
                self.server.wait_for((int(query["_HLS_msn"]) - FIRST) * PER_SEGMENT + int(query["_HLS_part"]) + 1)
            body = self.server.playlist(name.split("/")[0], "_HLS_skip" in query).encode()
        elif path.is_file():
            body = path.read_bytes()
        else:
            self.send_error(404)
            return
        if self.server.wrong == "content-type":
            body = body.replace(b"index.m3u8", b"list")
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if self.server.wrong == "content-type" else "audio/mpegurl")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def follow(wrong, seconds):
    server = Server(wrong)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    report = breaches.Report(lambda _: None)
    tree = judged.Tree(f"http://127.0.0.1:{server.server_port}/live.m3u8", report)
    tree.follow(seconds)
    server.shutdown()
    server.server_close()
    if report.rules != ({wrong} if wrong else set()):
        failed.append(f"wanted {wrong or 'nothing'}, found\n    " + "\n    ".join(report.lines[:8] or ["nothing"]))
    loads = min(r.reloads for r in tree.renditions.values())
    if wrong is None and not seconds / PART / 2 <= loads <= seconds / PART + 3:
        failed.append(f"{loads} loads in {seconds} s: blocked reloads come once a part")


runs = [threading.Thread(target=follow, args=one) for one in
        [(None, 8), ("block-answer", 3), ("delta-wrong", 3), ("report-wrong", 6), ("hint-broken", 3), ("content-type", 3)]]
for one in runs:
    one.start()


def program(*arguments):
    return subprocess.run([sys.executable, TESTS / "hls-validator", *arguments], capture_output=True, text=True)


def expect(what, got, wanted):
    if got != wanted:
        failed.append(f"{what}: got {got!r}, wanted {wanted!r}")


done = program(files.folder)
expect("a good tree", (done.returncode, done.stdout), (0, ""))
report = scratch / "report"
shutil.copytree(files.folder, scratch / "broken")
(scratch / "broken/low" / f"{FIRST + 3}.m4s").unlink()
done = program(scratch / "broken", "--report", report)
line = f"absent low/index.m3u8 #{FIRST + 3}: {FIRST + 3}.m4s: 404\n"
expect("a broken tree", (done.returncode, done.stdout, report.read_text()), (1, line, line))
expect("ignored", program(scratch / "broken", "--ignore", "absent").returncode, 0)
expect("usage", [program(*a).returncode for a in ([], ["--ignore", "x", "."], ["--wrong"])], [64, 64, 64])
expect("rules", "absent" in program("--rules").stdout, True)

# A folder that is followed: a segment every SECONDS, and one that changes what was said.
folder = scratch / "broken/high"
following = subprocess.Popen([sys.executable, TESTS / "hls-validator", folder, "--follow", "6"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
for n in range(3):
    text = files.playlist(n, 6)
    if n == 2:
        text = text.replace(f"#EXTINF:{SECONDS},\n{FIRST + 4}", f"#EXTINF:{SECONDS + 0.01},\n{FIRST + 4}")
    (folder / ".next").write_text(text)
    (folder / ".next").rename(folder / "index.m3u8")
    time.sleep(SECONDS)
found = {line.split(" ")[0] for line in following.communicate()[0].splitlines()}
expect("followed", found, {"segment-changed"})

for one in runs:
    one.join()
shutil.rmtree(scratch)
print("\n".join(failed) or "a server's faults are found, and none where there is none")
sys.exit(bool(failed))
