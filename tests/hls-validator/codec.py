"""Codec strings (RFC 6381) and picture sizes out of configuration records and parameter sets."""


class Bits:
    """Reads bits and exp-Golomb codes; zeros behind the end."""

    def __init__(self, data):
        self.value = int.from_bytes(data, "big")
        self.left = len(data) * 8

    def u(self, count):
        self.left -= count
        if self.left < 0:
            return 0
        return self.value >> self.left & (1 << count) - 1

    def ue(self):
        zeros = 0
        while self.u(1) == 0 and self.left > 0 and zeros < 32:
            zeros += 1
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self):
        code = self.ue()
        return (code + 1) // 2 * (1 if code % 2 else -1)


def unescape(nal):
    return nal.replace(b"\0\0\3", b"\0\0")


SAR = [(1, 1), (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11), (80, 33), (18, 11),
       (15, 11), (64, 33), (160, 99), (4, 3), (3, 2), (2, 1)]


RANGES = {16: "PQ", 18: "HLG"}  # transfer_characteristics, ISO/IEC 23091-2


def read_range(bits):
    """SDR, HLG or PQ of what stands behind the aspect ratio in a VUI."""
    if bits.u(1):
        bits.u(1)
    if not bits.u(1):
        return "SDR"
    bits.u(4)
    if not bits.u(1):
        return "SDR"
    bits.u(8)
    return RANGES.get(bits.u(8), "SDR")


def avc_picture(sps):
    """(width, height) cropped, the sample aspect ratio and the range of an H.264 SPS, with its NAL header.  7.3.2.1.1, E.1.1."""
    bits = Bits(unescape(sps[1:]))
    profile = bits.u(8)
    bits.u(16)
    bits.ue()
    chroma, separate = 1, 0
    if profile in (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135):
        chroma = bits.ue()
        separate = bits.u(1) if chroma == 3 else 0
        bits.ue(), bits.ue(), bits.u(1)
        if bits.u(1):
            for n in range(12 if chroma == 3 else 8):
                if bits.u(1):
                    skip_scaling_list(bits, 16 if n < 6 else 64)
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.u(1), bits.se(), bits.se()
        for _ in range(bits.ue()):
            bits.se()
    bits.ue(), bits.u(1)
    width, height = (bits.ue() + 1) * 16, (bits.ue() + 1) * 16
    frames_only = bits.u(1)
    height *= 2 - frames_only
    if not frames_only:
        bits.u(1)
    bits.u(1)
    if bits.u(1):
        unit_x = 2 if chroma in (1, 2) and not separate else 1
        unit_y = (2 if chroma == 1 and not separate else 1) * (2 - frames_only)
        left, right, top, bottom = (bits.ue() for _ in range(4))
        width -= (left + right) * unit_x
        height -= (top + bottom) * unit_y
    sar, range_ = (1, 1), "SDR"
    if bits.u(1):
        if bits.u(1):
            index = bits.u(8)
            sar = (bits.u(16), bits.u(16)) if index == 255 else SAR[index] if index < len(SAR) else (1, 1)
        range_ = read_range(bits)
    return (width, height), sar if all(sar) else (1, 1), range_


def skip_scaling_list(bits, size):
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def hevc_picture(sps):
    """(width, height) cropped and the range of an H.265 SPS.  7.3.2.2.1, E.2.1."""
    bits = Bits(unescape(sps[2:]))
    bits.u(4)
    layers = bits.u(3)
    bits.u(1)
    bits.u(88), bits.u(8)
    present = [(bits.u(1), bits.u(1)) for _ in range(layers)]
    if layers:
        bits.u(2 * (8 - layers))
    for profile, level in present:
        bits.u(88 * profile), bits.u(8 * level)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:
        bits.u(1)
    width, height = bits.ue(), bits.ue()
    if bits.u(1):
        left, right, top, bottom = (bits.ue() for _ in range(4))
        width -= (left + right) * (2 if chroma in (1, 2) else 1)
        height -= (top + bottom) * (2 if chroma == 1 else 1)
    return (width, height), hevc_range(bits, layers)


def hevc_range(bits, layers):
    bits.ue(), bits.ue()
    order = bits.ue() + 4
    for _ in range((layers + 1 if bits.u(1) else 1) * 3 + 6):
        bits.ue()
    if bits.u(1) and bits.u(1):
        for size in range(4):
            for _ in range(6 if size < 3 else 2):
                skip_hevc_scaling_list(bits, size)
    bits.u(2)
    if bits.u(1):
        bits.u(8), bits.ue(), bits.ue(), bits.u(1)
    references = []
    for _ in range(bits.ue()):
        references.append(read_references(bits, references[-1] if references else None))
    if bits.u(1):
        for _ in range(bits.ue()):
            bits.u(order + 1)
    bits.u(2)
    if not bits.u(1):
        return "SDR"
    if bits.u(1) and bits.u(8) == 255:
        bits.u(32)
    return read_range(bits)


def skip_hevc_scaling_list(bits, size):
    if not bits.u(1):
        bits.ue()
        return
    for _ in range((size > 1) + (16 if size == 0 else 64)):
        bits.se()


def read_references(bits, last):
    """st_ref_pic_set(), 7.3.7: distances to pictures before, nearest first, then to those behind."""
    if last is not None and bits.u(1):
        delta = (-1 if bits.u(1) else 1) * (bits.ue() + 1)
        kept = [bits.u(1) or bits.u(1) for _ in range(len(last) + 1)]
        moved = [distance + delta for distance, keep in zip([*last, 0], kept) if keep]
        return sorted((d for d in moved if d < 0), reverse=True) + sorted(d for d in moved if d > 0)
    out = []
    for sign, count in [(-1, bits.ue()), (1, bits.ue())]:
        at = 0
        for _ in range(count):
            at += sign * (bits.ue() + 1)
            bits.u(1)
            out.append(at)
    return out


def avc_string(profile_and_level, kind="avc1"):
    return f"{kind}.{profile_and_level.hex()}"


def hevc_string(record, kind):
    """ISO/IEC 14496-15, annex E."""
    profile = record[1]
    space, tier, idc = "" if not profile >> 6 else "ABC"[(profile >> 6) - 1], "LH"[profile >> 5 & 1], profile & 31
    compatible = int(f"{int.from_bytes(record[2:6], 'big'):032b}"[::-1], 2)
    constraints = record[6:12].rstrip(b"\0")
    return ".".join([kind, f"{space}{idc}", f"{compatible:X}", f"{tier}{record[12]}", *(f"{b:X}" for b in constraints)])


def av1_string(record):
    profile, level = record[1] >> 5, record[1] & 31
    tier, high, twelve = "MH"[record[2] >> 7], record[2] >> 6 & 1, record[2] >> 5 & 1
    depth = (12 if profile == 2 and twelve else 10) if high else 8
    return f"av01.{profile}.{level:02d}{tier}.{depth:02d}"


def vp9_string(record):
    return f"vp09.{record[4]:02d}.{record[5]:02d}.{record[6] >> 4:02d}"


def aac_string(esds):
    """Of the descriptors in esds (ISO/IEC 14496-1, 7.2.6)."""
    at, kind = 0, 0
    while at + 2 < len(esds):
        tag, at = esds[at], at + 1
        while at < len(esds) and esds[at] & 0x80:
            at += 1
        length, at = esds[at], at + 1
        if tag == 3:
            at += 3
        elif tag == 4:
            kind, at = esds[at], at + 13
        elif tag == 5:
            bits = Bits(esds[at:at + length])
            object_type = bits.u(5)
            object_type = 32 + bits.u(6) if object_type == 31 else object_type
            return f"mp4a.{kind:x}.{object_type}"
        else:
            at += length
    return f"mp4a.{kind:x}"


def normal(codecs):
    """A CODECS attribute as a set to compare: case of hexadecimals and optional fields of av01, vp09 do not count."""
    out = set()
    for one in codecs.split(","):
        one = one.strip().lower()
        if one.startswith(("av01.", "vp09.")):
            one = ".".join(one.split(".")[:4])
        out.add({"mp4a.40.34": "mp3", "mp4a.6b": "mp3", "mp4a.69": "mp3"}.get(one, one))
    return out
