"""Fragmented MP4: init segments and fragments as facts (ISO/IEC 14496-12)."""

import struct
from dataclasses import dataclass, field

import codec

SYNC_UNKNOWN = 0x00010000  # sample_is_non_sync_sample


class Broken(Exception):
    pass


@dataclass
class Track:
    id: int
    kind: str
    timescale: int
    codec: str
    entry: bytes  # the sample entry, to be compared
    size: tuple = (0, 0)  # as it is shown: cropped, square pixels, upright
    range: str | None = None  # SDR, HLG, PQ; nothing: not known
    defaults: tuple = (0, 0, 0)  # duration, size, flags


@dataclass
class Samples:
    """Of one track; times in its timescale."""

    track: Track
    entries: list = field(default_factory=list)  # (dts, duration, composition offset, size, sync)
    data: list = field(default_factory=list)  # (offset, size) in the segment

    def times(self, index):
        return self.entries[index][0] / self.track.timescale

    @property
    def start(self):
        return self.times(0)

    @property
    def shown(self):
        """When its first picture is shown, which need not be the first to be decoded."""
        return min(s[0] + s[2] for s in self.entries) / self.track.timescale

    @property
    def end(self):
        return (self.entries[-1][0] + self.entries[-1][1]) / self.track.timescale

    @property
    def longest(self):
        return max(s[1] for s in self.entries) / self.track.timescale


def boxes(data, at, end):
    while at < end:
        if at + 8 > end:
            raise Broken(f"{end - at} bytes that are no box at {at}")
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1 and at + 16 <= end:
            size, body = struct.unpack_from(">Q", data, body)[0], at + 16
        if size < body - at or at + size > end:
            raise Broken(f"box {kind!r} of {size} bytes at {at}, {end - at} are left")
        yield kind.decode("latin1"), body, at + size
        at += size


def find(data, at, end, path):
    for kind in path.split("/"):
        box = next((b for b in boxes(data, at, end) if b[0] == kind), None)
        if box is None:
            return None
        at, end = box[1], box[2]
    return at, end


def need(data, at, end, path):
    found = find(data, at, end, path)
    if found is None:
        raise Broken(f"no {path}")
    return found


def parse_init(data):
    """{track id: Track}"""
    try:
        return read_init(data)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Broken(f"a field beyond its box: {error}") from None


def read_init(data):
    kinds = [b[0] for b in boxes(data, 0, len(data))]
    if "moof" in kinds or "mdat" in kinds:
        raise Broken("an init segment with samples")
    if kinds[:1] != ["ftyp"]:
        raise Broken("an init segment without ftyp at its begin")
    at, end = need(data, 0, len(data), "moov")
    tracks = {}
    for kind, body, stop in boxes(data, at, end):
        if kind == "trak":
            track = read_track(data, body, stop)
            tracks[track.id] = track
    extends, extends_end = need(data, at, end, "mvex")
    for kind, body, _ in boxes(data, extends, extends_end):
        if kind == "trex":
            ident, _, duration, size, flags = struct.unpack_from(">5I", data, body + 4)
            if ident in tracks:
                tracks[ident].defaults = (duration, size, flags)
    if not tracks:
        raise Broken("no track")
    return tracks


def read_track(data, at, end):
    header, _ = need(data, at, end, "tkhd")
    ident = struct.unpack_from(">I", data, header + (20 if data[header] else 12))[0]
    media, _ = need(data, at, end, "mdia/mdhd")
    timescale = struct.unpack_from(">I", data, media + (20 if data[media] else 12))[0]
    if timescale == 0:
        raise Broken("a timescale of 0")
    handler, _ = need(data, at, end, "mdia/hdlr")
    kind = {b"vide": "video", b"soun": "audio"}.get(data[handler + 8:handler + 12], "other")
    table, table_end = need(data, at, end, "mdia/minf/stbl/stsd")
    entries = list(boxes(data, table + 8, table_end))
    if not entries:
        raise Broken("no sample entry")
    name, body, stop = entries[0]
    track = Track(ident, kind, timescale, name, data[body:stop])
    if kind == "video":
        read_video(data, body, stop, track)
        cosine, sine = struct.unpack_from(">ii", data, header + (52 if data[header] else 40))
        if abs(sine) > abs(cosine):
            track.size = track.size[::-1]
    elif kind == "audio":
        read_audio(data, body, stop, track)
    return track


def read_video(data, body, stop, track):
    width, height = struct.unpack_from(">HH", data, body + 24)
    sar, name, children = (1, 1), track.codec, body + 78
    for kind, at, end in boxes(data, children, stop):
        record = data[at:end]
        if kind == "avcC":
            track.codec = codec.avc_string(record[1:4], name)
            if record[5] & 31:
                length = struct.unpack_from(">H", record, 6)[0]
                (width, height), sar, track.range = codec.avc_picture(record[8:8 + length])
        elif kind == "hvcC":
            track.codec = codec.hevc_string(record, name)
            sps = hevc_sps(record)
            if sps:
                (width, height), track.range = codec.hevc_picture(sps)
        elif kind == "av1C":
            track.codec = codec.av1_string(record)
        elif kind == "vpcC":
            track.codec = codec.vp9_string(record)
            track.range = codec.RANGES.get(record[8], "SDR")
        elif kind == "pasp":
            sar = struct.unpack_from(">II", record)
    track.size = (round(width * sar[0] / sar[1]) if sar[1] else width, height)


def hevc_sps(record):
    at = 23
    for _ in range(record[22]):
        kind, count = record[at] & 63, struct.unpack_from(">H", record, at + 1)[0]
        at += 3
        for _ in range(count):
            length = struct.unpack_from(">H", record, at)[0]
            if kind == 33:
                return record[at + 2:at + 2 + length]
            at += 2 + length
    return None


def read_audio(data, body, stop, track):
    track.codec = {"Opus": "opus", "fLaC": "flac", ".mp3": "mp3"}.get(track.codec, track.codec)
    for kind, at, end in boxes(data, body + 28, stop):
        if kind == "esds":
            track.codec = codec.aac_string(data[at + 4:end])


def parse_media(data, tracks):
    """{track id: Samples} of a segment or part."""
    try:
        return read_media(data, tracks)
    except (struct.error, IndexError) as error:
        raise Broken(f"a field beyond its box: {error}") from None


def read_media(data, tracks):
    out, moof = {}, None
    for kind, body, stop in boxes(data, 0, len(data)):
        if kind == "moov":
            raise Broken("an init segment within media")
        if kind == "moof":
            if moof:
                raise Broken("moof without mdat")
            moof = (body, stop)
        elif kind == "mdat":
            if not moof:
                raise Broken("mdat without moof")
            start = moof[0] - 8
            for name, at, end in boxes(data, *moof):
                if name == "traf":
                    read_fragment(data, at, end, start, (body, stop), tracks, out)
            moof = None
    if moof or not out:
        raise Broken("moof without mdat" if moof else "no fragment")
    return out


def read_fragment(data, at, end, moof, mdat, tracks, out):
    header, _ = need(data, at, end, "tfhd")
    flags, ident = struct.unpack_from(">II", data, header)
    flags &= 0xFFFFFF
    if ident not in tracks:
        raise Broken(f"track {ident}, which the init segment does not have")
    if not flags & 0x20000:
        raise Broken("tfhd without default-base-is-moof")
    track = tracks[ident]
    fields, position = list(track.defaults), header + 8
    position += 4 if flags & 2 else 0
    for index, flag in enumerate((8, 16, 32)):
        if flags & flag:
            fields[index] = struct.unpack_from(">I", data, position)[0]
            position += 4
    clock, _ = need(data, at, end, "tfdt")
    dts = struct.unpack_from(">Q" if data[clock] else ">I", data, clock + 4)[0]
    samples = out.setdefault(ident, Samples(track))
    if samples.entries and dts < samples.entries[-1][0]:
        raise Broken(f"tfdt {dts} of track {ident} goes back")
    offset = moof
    for kind, body, _ in boxes(data, at, end):
        if kind == "trun":
            before = len(samples.data)
            dts, offset = read_run(data, body, dts, moof, offset, fields, samples)
            if samples.data[before:] and (samples.data[before][0] < mdat[0] or offset > mdat[1]):
                raise Broken(f"samples of track {ident} outside of their mdat")


def read_run(data, body, dts, moof, offset, defaults, samples):
    flags, count = struct.unpack_from(">II", data, body)
    signed, flags, position = flags >> 24, flags & 0xFFFFFF, body + 8
    if flags & 1:
        offset = moof + struct.unpack_from(">i", data, position)[0]
        position += 4
    first = None
    if flags & 4:
        first = struct.unpack_from(">I", data, position)[0]
        position += 4
    for index in range(count):
        values = list(defaults)
        if index == 0 and first is not None:
            values[2] = first
        for slot, flag in enumerate((0x100, 0x200, 0x400)):
            if flags & flag:
                values[slot] = struct.unpack_from(">I", data, position)[0]
                position += 4
        composition = 0
        if flags & 0x800:
            composition = struct.unpack_from(">i" if signed else ">I", data, position)[0]
            position += 4
        duration, size, sample_flags = values
        samples.entries.append((dts, duration, composition, size, not sample_flags & SYNC_UNKNOWN))
        samples.data.append((offset, size))
        dts, offset = dts + duration, offset + size
    return dts, offset
