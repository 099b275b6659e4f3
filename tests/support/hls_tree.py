"""A small HLS tree made by hand: two renditions of fragmented MP4 whose pictures are noise, with or without parts.

Every byte is reckoned here, by no library and none of our programs, so that a test knows what is in it.
"""

import pathlib
import random
import struct

RATE, SECONDS = 25, 2  # pictures a second; a segment's duration
PART = 0.5
AUDIO_RATE, AUDIO_FRAME = 48000, 1024
BEGIN = 10  # seconds: the first stamp
FIRST = 1700000000000
DATE = "2026-11-21T17:04:%02d.000Z"
SIZES = {"high": (320, 180, 3000), "low": (160, 90, 1000)}  # width, height, bytes of a picture


def box(kind, *pieces):
    body = b"".join(pieces)
    return struct.pack(">I4s", 8 + len(body), kind.encode()) + body


def full(kind, flags, *pieces, version=0):
    return box(kind, struct.pack(">I", version << 24 | flags), *pieces)


class BitWriter:
    def __init__(self):
        self.bits = ""

    def u(self, count, value):
        self.bits += f"{value:0{count}b}"
        return self

    def ue(self, *values):
        for value in values:
            code = f"{value + 1:b}"
            self.bits += "0" * (len(code) - 1) + code
        return self

    def bytes(self):
        bits = self.bits + "1"
        bits += "0" * (-len(bits) % 8)
        return int(bits, 2).to_bytes(len(bits) // 8, "big")


def sps(width, height):
    """H.264 Baseline, level 1.3, cropped to an even height.  7.3.2.1.1."""
    rows, columns = (height + 15) // 16, (width + 15) // 16
    bits = BitWriter().u(8, 66).u(8, 0xC0).u(8, 13).ue(0, 0, 2, 1).u(1, 0).ue(columns - 1, rows - 1).u(1, 1).u(1, 1)
    crop = (0, (columns * 16 - width) // 2, 0, (rows * 16 - height) // 2)
    return b"\x67" + (bits.u(1, 1).ue(*crop) if any(crop) else bits.u(1, 0)).u(1, 0).bytes()


def video_entry(width, height):
    record = sps(width, height)
    config = bytes([1]) + record[1:4] + b"\xff\xe1" + struct.pack(">H", len(record)) + record + b"\1\0\4\x68\xce\x3c\x80"
    fields = bytes(6) + struct.pack(">H", 1) + bytes(16) + struct.pack(">HH", width, height)
    return box("avc1", fields + struct.pack(">II", 0x480000, 0x480000) + bytes(4) + b"\0\1" + bytes(32) + b"\0\x18\xff\xff",
               box("avcC", config))


def audio_entry():
    specific = b"\5\2\x11\x90"  # AAC-LC, 48 kHz, stereo
    decoder = b"\4" + bytes([13 + len(specific)]) + b"\x40\x15" + bytes(3) + struct.pack(">II", 96000, 96000) + specific
    descriptor = b"\3" + bytes([3 + len(decoder) + 3]) + b"\0\2\0" + decoder + b"\6\1\2"
    fields = bytes(6) + struct.pack(">H", 1) + bytes(8) + struct.pack(">HHHHI", 2, 16, 0, 0, AUDIO_RATE << 16)
    return box("mp4a", fields, full("esds", 0, descriptor))


def track(ident, kind, timescale, entry, size):
    table = [full(name, 0, bytes(4)) for name in ("stts", "stsc", "stco")] + [full("stsz", 0, bytes(8))]
    header = full("vmhd", 1, bytes(8)) if kind == "vide" else full("smhd", 0, bytes(4))
    media = box("minf", header, box("dinf", full("dref", 0, struct.pack(">I", 1), full("url ", 1))),
                box("stbl", full("stsd", 0, struct.pack(">I", 1), entry), *table))
    return box(
        "trak",
        full("tkhd", 3, struct.pack(">5I", 0, 0, ident, 0, 0), bytes(52), struct.pack(">II", size[0] << 16, size[1] << 16)),
        box("mdia", full("mdhd", 0, struct.pack(">4IHH", 0, 0, timescale, 0, 0x55C4, 0)),
            full("hdlr", 0, bytes(4) + kind.encode() + bytes(13)), media))


def init(width, height):
    moov = box("moov", full("mvhd", 0, struct.pack(">4I", 0, 0, 1000, 0), bytes(80)),
               track(1, "vide", 90000, video_entry(width, height), (width, height)),
               track(2, "soun", AUDIO_RATE, audio_entry(), (0, 0)),
               box("mvex", *(full("trex", 0, struct.pack(">5I", n, 1, 0, 0, 0)) for n in (1, 2))))
    return box("ftyp", b"iso6\0\0\0\0iso6mp41") + moov


def fragment(number, tracks):
    """`tracks`: (id, first stamp, duration of a sample, [(bytes, sync)])."""
    def moof(offset):
        parts = []
        for ident, start, duration, samples in tracks:
            rows = b"".join(struct.pack(">III", duration, len(data), 0x02000000 if sync else 0x01010000)
                            for data, sync in samples)
            parts.append(box("traf", full("tfhd", 0x020000, struct.pack(">I", ident)),
                             full("tfdt", 0, struct.pack(">Q", start), version=1),
                             full("trun", 0x701, struct.pack(">Ii", len(samples), offset), rows, version=1)))
            offset += sum(len(data) for data, _ in samples)
        return box("moof", full("mfhd", 0, struct.pack(">I", number)), *parts)

    header = moof(len(moof(0)) + 8)
    return header + box("mdat", *(data for one in tracks for data, _ in one[3]))


class Tree:
    """`Tree(folder).write()`; what is to be wrong is changed in between or afterwards."""

    def __init__(self, folder, segments=8, parts=False, first=0):
        self.folder = pathlib.Path(folder)
        self.segments, self.parts, self.first = segments, parts, first
        self.shift = {}  # (rendition, index) -> seconds by which its stamps are off, from there on
        self.no_sync = set()  # (rendition, index)
        self.scale = {}  # (rendition, index) -> factor of its size

    def media(self, name, index):
        """Fragments of one segment, one for each part."""
        noise = random.Random(f"{name}{index}")
        shift = next((s for (n, i), s in sorted(self.shift.items(), reverse=True) if n == name and i <= index), 0)
        begin = index * SECONDS
        for part in range(round(SECONDS / PART)):
            pictures = range(round((begin + part * PART) * RATE + 0.49), round((begin + (part + 1) * PART) * RATE + 0.49))
            scale = self.scale.get((name, index), 1)
            video = [(noise.randbytes(int(SIZES[name][2] * scale)),
                      n % (RATE * SECONDS) == 0 and (name, index) not in self.no_sync) for n in pictures]
            edges = [round((begin + (part + k) * PART) * AUDIO_RATE / AUDIO_FRAME) for k in (0, 1)]
            audio = [(noise.randbytes(250), True) for _ in range(*edges)]
            start = BEGIN + shift
            yield fragment(index * 10 + part, [
                (1, start * 90000 + pictures[0] * 90000 // RATE, 90000 // RATE, video),
                (2, start * AUDIO_RATE + edges[0] * AUDIO_FRAME, AUDIO_FRAME, audio)])

    def write(self):
        for name, (width, height, _) in SIZES.items():
            folder = self.folder / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"init-{FIRST}.mp4").write_bytes(init(width, height))
            for index in range(self.first, self.first + self.segments + 1):
                pieces = list(self.media(name, index))
                (folder / f"{FIRST + index}.m4s").write_bytes(b"".join(pieces))
                for part, data in enumerate(pieces):
                    (folder / f"{FIRST + index}.{part}.m4s").write_bytes(data)
            (folder / "index.m3u8").write_text(self.playlist())
        (self.folder / "live.m3u8").write_text(self.multivariant())
        return self

    def rate(self, name):
        sizes = [(self.folder / name / f"{FIRST + i}.m4s").stat().st_size for i in range(self.first, self.first + self.segments)]
        return max(sizes) * 8 // SECONDS, sum(sizes) * 8 // SECONDS // len(sizes)

    def multivariant(self):
        text = "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        for name, (width, height, _) in SIZES.items():
            peak, average = self.rate(name)
            text += (f'#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS="avc1.42c00d,mp4a.40.2",'
                     f"RESOLUTION={width}x{height},FRAME-RATE={RATE}.000\n{name}/index.m3u8\n")
        return text

    def part_lines(self, index, count):
        return "".join(f'#EXT-X-PART:DURATION={PART},URI="{FIRST + index}.{part}.m4s"{",INDEPENDENT=YES" if part == 0 else ""}\n'
                       for part in range(count))

    def playlist(self, first=None, segments=None, open_parts=2):
        """Of `segments` from `first` on; with parts those of the last three, and of the one that is open."""
        first = self.first if first is None else first
        last = first + (self.segments if segments is None else segments)
        text = f"#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:{SECONDS}\n"
        if self.parts:
            text += f"#EXT-X-SERVER-CONTROL:HOLD-BACK={3 * SECONDS},PART-HOLD-BACK={3 * PART}\n#EXT-X-PART-INF:PART-TARGET={PART}\n"
        text += f'#EXT-X-MEDIA-SEQUENCE:{FIRST + first}\n#EXT-X-MAP:URI="init-{FIRST}.mp4"\n'
        text += f"#EXT-X-PROGRAM-DATE-TIME:{DATE % (first * SECONDS)}\n"
        for index in range(first, last):
            if self.parts and index >= last - 3:
                text += self.part_lines(index, round(SECONDS / PART))
            text += f"#EXTINF:{SECONDS},\n{FIRST + index}.m4s\n"
        return text + (self.part_lines(last, open_parts) if self.parts else "")
