"""Live fMP4 made by hand: what a test wants to see again is in it."""

import struct

VIDEO_SCALE, AUDIO_SCALE = 90000, 48000
FRAME = 3600  # ticks: 25 frames a second
START = 10 * VIDEO_SCALE


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind, version, flags, *parts):
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
SPS = bytes.fromhex("6764001facd9405005bb016a020202800000030080000019078c18cb")
PPS = bytes.fromhex("68ebe3cb22c0")
AVCC = b"\x01" + SPS[1:4] + b"\xff\xe1" + struct.pack(">H", len(SPS)) + SPS + b"\x01" + struct.pack(">H", len(PPS)) + PPS


def _sample_entry_video(width, height):
    fields = bytes(6) + struct.pack(">H", 1) + bytes(16) + struct.pack(">HHIII", width, height, 0x480000, 0x480000, 0)
    fields += struct.pack(">H", 1) + bytes(32) + struct.pack(">Hh", 24, -1)
    return box(b"avc1", fields, box(b"avcC", AVCC))


def _sample_entry_audio():
    config = bytes([0x11, 0x90])
    specific = bytes([0x05, len(config)]) + config
    decoder = bytes([0x04, 13 + len(specific), 0x40, 0x15, 0, 0, 0]) + bytes(8) + specific
    es = bytes([0x03, 3 + len(decoder) + 3, 0, 1, 0]) + decoder + bytes([0x06, 1, 2])
    fields = bytes(6) + struct.pack(">H", 1) + bytes(8) + struct.pack(">HHHHI", 2, 16, 0, 0, AUDIO_SCALE << 16)
    return box(b"mp4a", fields, full(b"esds", 0, 0, es))


def _track(track, scale, handler, media_header, entry, width=0, height=0):
    tkhd = full(
        b"tkhd", 0, 3, bytes(8), struct.pack(">I", track), bytes(8), bytes(8), struct.pack(">HHH", 0, 0, 0), bytes(2),
        MATRIX, struct.pack(">II", width << 16, height << 16),
    )
    tables = b"".join(full(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc", b"stco")) + full(b"stsz", 0, 0, bytes(8))
    stbl = box(b"stbl", full(b"stsd", 0, 0, struct.pack(">I", 1), entry), tables)
    dinf = box(b"dinf", full(b"dref", 0, 0, struct.pack(">I", 1), full(b"url ", 0, 1)))
    minf = box(b"minf", media_header, dinf, stbl)
    mdhd = full(b"mdhd", 0, 0, bytes(8), struct.pack(">IIHH", scale, 0, 0x55C4, 0))
    hdlr = full(b"hdlr", 0, 0, bytes(4), handler, bytes(12), b"x\0")
    return box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, minf))


def init(width=640, height=360):
    """ftyp moov with H.264 (track 1) and AAC (track 2)."""
    mvhd = full(
        b"mvhd", 0, 0, bytes(8), struct.pack(">IIIH", 1000, 0, 0x10000, 0x100), bytes(10), MATRIX, bytes(24),
        struct.pack(">I", 3),
    )
    video = _track(
        1, VIDEO_SCALE, b"vide", full(b"vmhd", 0, 1, bytes(8)), _sample_entry_video(width, height), width, height
    )
    audio = _track(2, AUDIO_SCALE, b"soun", full(b"smhd", 0, 0, bytes(4)), _sample_entry_audio())
    mvex = box(b"mvex", *(full(b"trex", 0, 0, struct.pack(">5I", track, 1, 0, 0, 0)) for track in (1, 2)))
    ftyp = box(b"ftyp", b"iso6", struct.pack(">I", 0), b"iso6mp41")
    return ftyp + box(b"moov", mvhd, video, audio, mvex)


def _run(track, time, duration, size, flags, offset):
    tfhd = full(b"tfhd", 0, 0x020000, struct.pack(">I", track))
    tfdt = full(b"tfdt", 1, 0, struct.pack(">Q", time))
    trun = full(b"trun", 0, 0x000701, struct.pack(">IIIII", 1, offset, duration, size, flags))
    return box(b"traf", tfhd, tfdt, trun)


def fragment(number, key, size=2000, time=None):
    """prft moof mdat of frame `number` and the sound of its 40 ms; the picture's bytes tell the number again."""
    time = START + number * FRAME if time is None else time
    picture = struct.pack(">I", number) * (size // 4)
    sound = b"a" * 100
    flags = 0x02000000 if key else 0x01010000
    moof = b""
    for _ in range(2):  # the first pass finds the size
        offset = len(moof) + 8
        moof = box(
            b"moof",
            full(b"mfhd", 0, 0, struct.pack(">I", number + 1)),
            _run(1, time, FRAME, len(picture), flags, offset),
            _run(2, time * AUDIO_SCALE // VIDEO_SCALE, 1920, len(sound), 0x02000000, offset + len(picture)),
        )
    prft = full(b"prft", 1, 24, struct.pack(">IQQ", 1, 0xED000000 << 32, time))
    return prft + moof + box(b"mdat", picture, sound)


def boxes(data):
    """(kind, whole box) of each box; an incomplete one at the end is given as kind None."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8]) if len(data) - at >= 8 else (0, None)
        if kind is None or at + size > len(data):
            yield None, data[at:]
            return
        yield kind, data[at : at + size]
        at += size


class Fragment:
    """What a viewer can tell of a fragment that it got."""

    def __init__(self, moof, mdat):
        self.sequence = struct.unpack(">I", moof[20:24])[0]
        self.times = {}
        for kind, traf in boxes(moof[8:]):
            if kind != b"traf":
                continue
            inner = dict(boxes(traf[8:]))
            self.times[struct.unpack(">I", inner[b"tfhd"][12:16])[0]] = struct.unpack(">Q", inner[b"tfdt"][12:20])[0]
            if b"trun" in inner and struct.unpack(">I", inner[b"tfhd"][12:16])[0] == 1:
                self.key = inner[b"trun"][28:32] == bytes.fromhex("02000000")
        payload = mdat[8:]
        self.number = struct.unpack(">I", payload[:4])[0]
        size = len(payload) - 100
        self.whole = payload == payload[:4] * (size // 4) + b"a" * 100


def parse(data):
    """(inits, fragments, rest): rest is what no whole box holds."""
    inits, fragments, moof, rest = [], [], None, b""
    for kind, whole in boxes(data):
        if kind is None:
            rest = whole
        elif kind == b"moov":
            inits.append(whole)
        elif kind == b"moof":
            moof = whole
        elif kind == b"mdat":
            fragments.append(Fragment(moof, whole))
    return inits, fragments, rest
