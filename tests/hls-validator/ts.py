"""MPEG-TS segments as facts (ISO/IEC 13818-1): one programme, each segment readable by itself."""

import codec
from mp4 import Broken, Samples, Track

PACKET = 188
CLOCK = 90000
WRAP = 1 << 33
KINDS = {0x1B: ("video", "avc1"), 0x24: ("video", "hvc1"), 0x0F: ("audio", "mp4a.40.2"), 0x03: ("audio", "mp3"),
         0x04: ("audio", "mp3"), 0x81: ("audio", "ac-3"), 0x87: ("audio", "ec-3")}


class Stream:
    def __init__(self, pid, kind, name):
        self.track = Track(pid, kind, CLOCK, name, name.encode())
        self.units = []  # payloads of PES packets, headers included
        self.counter = None


def parse_media(data):
    """{pid: Samples}; a sample is a PES packet."""
    if not data or len(data) % PACKET:
        raise Broken(f"{len(data)} bytes are no whole packets")
    streams, programme = {}, None
    for at in range(0, len(data), PACKET):
        if data[at] != 0x47:
            raise Broken(f"no sync byte at {at}")
        pid = (data[at + 1] & 0x1F) << 8 | data[at + 2]
        begins, control = data[at + 1] & 0x40, data[at + 3] >> 4 & 3
        body = at + 4 + (1 + data[at + 4] if control & 2 else 0)
        payload = data[body:at + PACKET] if control & 1 else b""
        if pid == 0 and begins:
            section = payload[1 + payload[0]:]
            programme = (section[10] & 0x1F) << 8 | section[11]
        elif pid == programme and begins and not streams:
            streams = read_programme(payload[1 + payload[0]:])
        elif pid in streams and payload:
            add(streams[pid], payload, begins, data[at + 3] & 15, at)
        elif pid != 0x1FFF and pid not in streams and pid != programme and pid > 0x1F and programme is None:
            raise Broken("media before PAT and PMT")
    if not streams:
        raise Broken("no PAT or no PMT")
    if not any(stream.units for stream in streams.values()):
        raise Broken("no media")
    return {pid: samples_of(stream) if stream.units else Samples(stream.track) for pid, stream in streams.items()}


def read_programme(section):
    length = ((section[1] & 15) << 8 | section[2]) + 3 - 4
    at = 12 + ((section[10] & 15) << 8 | section[11])
    streams = {}
    while at + 5 <= length:
        kind, pid = section[at], (section[at + 1] & 0x1F) << 8 | section[at + 2]
        if kind in KINDS:
            streams[pid] = Stream(pid, *KINDS[kind])
        at += 5 + ((section[at + 3] & 15) << 8 | section[at + 4])
    return streams


def add(stream, payload, begins, counter, at):
    if stream.counter is not None and counter != (stream.counter + 1) & 15:
        raise Broken(f"continuity counter of pid {stream.track.id} jumps at {at}")
    stream.counter = counter
    if begins:
        if payload[:3] != b"\0\0\1":
            raise Broken(f"no PES packet at {at}")
        stream.units.append(bytearray())
    if stream.units:
        stream.units[-1] += payload


def stamp(data):
    return (data[0] >> 1 & 7) << 30 | data[1] << 22 | data[2] >> 1 << 15 | data[3] << 7 | data[4] >> 1


def nal_units(payload):
    at = payload.find(b"\0\0\1")
    while at >= 0:
        following = payload.find(b"\0\0\1", at + 3)
        yield bytes(payload[at + 3:following if following >= 0 else len(payload)])
        at = following


def samples_of(stream):
    samples = Samples(stream.track)
    stamps = []
    for unit in stream.units:
        flags, payload = unit[7] >> 6, unit[9 + unit[8]:]
        if not flags:
            raise Broken(f"a PES packet of pid {stream.track.id} without a stamp")
        pts = stamp(unit[9:14])
        dts = stamp(unit[14:19]) if flags == 3 else pts
        if stamps and dts < stamps[-1][0] - WRAP // 2:
            dts, pts = dts + WRAP, pts + WRAP
        sync, frames = (True, 1) if stream.track.kind == "audio" else (read_video(stream.track, payload), 1)
        if stream.track.codec.startswith("mp4a"):
            frames = read_adts(stream.track, payload)
        stamps.append((dts, pts, len(payload), sync, frames))
    if any(later[0] < earlier[0] for earlier, later in zip(stamps, stamps[1:])):
        raise Broken(f"stamps of pid {stream.track.id} go back")
    # The last one lasts as long as those before it did, frame for frame.
    span, frames = stamps[-1][0] - stamps[0][0], sum(s[4] for s in stamps[:-1])
    usual = span / frames if frames else CLOCK / 25
    if stream.track.kind == "audio" and stream.track.entry.isdigit():
        usual = 1024 * CLOCK / int(stream.track.entry)
    for one, following in zip(stamps, [*stamps[1:], None]):
        duration = following[0] - one[0] if following else round(usual * one[4])
        samples.entries.append((one[0], duration, one[1] - one[0], one[2], one[3]))
    return samples


def read_video(track, payload):
    """Is it a sync sample?  Learns the codec string and the size by the way."""
    sync = False
    for nal in nal_units(payload):
        if track.codec.startswith("avc1"):
            kind = nal[0] & 31
            sync = sync or kind == 5
            if kind == 7:
                track.codec = codec.avc_string(nal[1:4])
                size, sar, track.range = codec.avc_picture(nal)
                track.size = (round(size[0] * sar[0] / sar[1]), size[1])
                track.entry = nal.rstrip(b"\0")
        else:
            kind = nal[0] >> 1 & 63
            sync = sync or 16 <= kind <= 21
            if kind == 33:
                plain = codec.unescape(nal)
                record = bytes([1]) + plain[3:15]
                track.codec = codec.hevc_string(record, "hvc1")
                track.size, track.range = codec.hevc_picture(nal)
                track.entry = nal.rstrip(b"\0")
    return sync


ADTS_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350]


def read_adts(track, payload):
    """How many frames; learns the codec string and, in `entry`, the sample rate."""
    frames = at = 0
    while at + 7 <= len(payload):
        if payload[at] != 0xFF or payload[at + 1] & 0xF0 != 0xF0:
            raise Broken("no ADTS frame")
        track.codec = f"mp4a.40.{(payload[at + 2] >> 6) + 1}"
        rate = payload[at + 2] >> 2 & 15
        if rate < len(ADTS_RATES):
            track.entry = str(ADTS_RATES[rate]).encode()
        at += max(7, (payload[at + 3] & 3) << 11 | payload[at + 4] << 3 | payload[at + 5] >> 5)
        frames += 1
    return max(1, frames)
