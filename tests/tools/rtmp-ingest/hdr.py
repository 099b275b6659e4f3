"""Colours of high dynamic range that an encoder tells (Enhanced RTMP's colorInfo) stand in the init segment, where a reader
that is not ours finds them."""
import importlib.machinery
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from waiting import wait_for

TESTS = os.environ["TESTS"]
TAPE = os.path.join(TESTS, "data/rtmp/hevc-aac.tape")
sys.dont_write_bytecode = True
tape = importlib.machinery.SourceFileLoader("rtmp_tape", os.path.join(TESTS, "support/rtmp-tape")).load_module()


def amf(value):
    if isinstance(value, dict):
        names = b"".join(struct.pack(">H", len(name)) + name.encode() + amf(it) for name, it in value.items())
        return b"\3" + names + b"\0\0\t"
    return b"\0" + struct.pack(">d", value)


SCREEN = dict(redX=0.708, redY=0.292, greenX=0.17, greenY=0.797, blueX=0.131, blueY=0.046, whitePointX=0.3127,
              whitePointY=0.329, maxLuminance=1000, minLuminance=0.005)  # fmt: skip
COLOURS = dict(colorConfig=dict(bitDepth=10, colorPrimaries=9, transferCharacteristics=16, matrixCoefficients=9),
               hdrCll=dict(maxFall=400, maxCLL=1000), hdrMdcv=SCREEN)  # fmt: skip


def with_colours(data):
    """The tape with a metadata packet in front of the first picture, behind the encoder's own, which has no colours."""
    chunk_size, at = 128, None
    for _, kind, body, end in tape.messages(data):
        if kind == 1:
            chunk_size = int.from_bytes(body, "big")
        if kind == 9 and tape.picture(body):
            break
        at = end
    told = b"\x94hvc1" + b"\2\0\tcolorInfo" + amf(COLOURS)
    message = b"\x3c" + b"\0\0\0" + len(told).to_bytes(3, "big") + b"\x09" + struct.pack("<I", 1) + told[:chunk_size]
    for begin in range(chunk_size, len(told), chunk_size):
        message += b"\xfc" + told[begin : begin + chunk_size]
    return data[:at] + message + data[at:]


with tempfile.TemporaryDirectory(prefix="live-hdr.") as folder:
    os.chdir(folder)
    with open(TAPE, "rb") as file, open("hdr.tape", "wb") as made:
        made.write(with_colours(file.read()))
    program = os.path.join(os.environ["BIN"], "rtmp-ingest")
    with open("out.mp4", "wb") as out, open("ingest.err", "wb") as err:
        ingest = subprocess.Popen([program, "--listen", "127.0.0.1:0", "--once"], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    try:
        port = wait_for("it to listen",
                        lambda: re.search(r"listening on rtmp://127\.0\.0\.1:(\d+)", open("ingest.err").read()))  # fmt: skip
        tape.play("hdr.tape", port[1])
        status = ingest.wait(timeout=60)
    finally:
        if ingest.poll() is None:
            ingest.kill()
            ingest.wait()
    if status != 0:
        sys.exit(f"FAIL: exit {status}: {open('ingest.err').read()}")
    with open("out.mp4", "rb") as file:  # ffprobe asks the pictures, which say nothing here
        head = file.read(4096)
    at = head.index(b"colrnclx") + 8
    if struct.unpack(">HHHB", head[at : at + 7]) != (9, 16, 9, 0):
        sys.exit(f"FAIL: colours: {head[at : at + 7].hex()}")
    found = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_streams", "-of", "json", "out.mp4"],
                           check=True, capture_output=True, text=True)  # fmt: skip
    stream = json.loads(found.stdout)["streams"][0]
    sides = {side["side_data_type"]: side for side in stream.get("side_data_list", [])}
    screen = sides.get("Mastering display metadata", {})
    for name, wanted in dict(red_x=0.708, green_y=0.797, white_point_x=0.3127, max_luminance=1000, min_luminance=0.005).items():
        numerator, denominator = map(int, screen.get(name, "0/1").split("/"))
        if abs(numerator / denominator - wanted) > 1e-4:
            sys.exit(f"FAIL: {name}: {screen.get(name)}, wanted {wanted}")
    light = sides.get("Content light level metadata", {})
    if (light.get("max_content"), light.get("max_average")) != (1000, 400):
        sys.exit(f"FAIL: light: {light}")
