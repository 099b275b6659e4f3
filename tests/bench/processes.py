"""What benches need of processes: started, waited for, ended."""

import contextlib
import pathlib
import re
import resource
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = pathlib.Path(sys.argv[0]).resolve().parent.name  # of the bench


@contextlib.contextmanager
def running(command, **streams):
    process = subprocess.Popen([str(word) for word in command], **streams)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def first_match(path, pattern, process, seconds=30):
    """The first match of `pattern` in a file that `process` writes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = re.search(pattern, path.read_text(errors="replace"))
        if found:
            return found
        if process.poll() is not None:
            break
        time.sleep(0.05)
    sys.exit(f"{NAME}: {process.args[0]} did not begin: {path.read_text(errors='replace')}")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for_port(port, name, seconds=10):
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        if time.monotonic() > deadline:
            sys.exit(f"{NAME}: {name} did not begin")
        time.sleep(0.05)


def build(programs):
    """Builds release programs and installs what benches need; where they are."""
    subprocess.run([ROOT / "scripts/install-deps", "bench"], check=True)
    subprocess.run([ROOT / "scripts/build", "release", *programs], check=True, stdout=sys.stderr)
    return ROOT / "build/release/bin"


def allow_files(count):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 64:
        sys.exit(f"{NAME}: raise the hard limit of open files, it is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def camera_encoding(rate):
    """ffmpeg's options for a stream of 2.5 Mbit/s, a keyframe every two seconds."""
    return (
        f"-c:v libx264 -preset ultrafast -bf 0 -g {2 * rate} -b:v 2400k -minrate 2400k -maxrate 2400k -bufsize 1200k"
        " -x264-params nal-hrd=cbr:force-cfr=1 -c:a aac -b:a 96k"
    ).split()
