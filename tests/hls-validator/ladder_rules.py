"""What a multivariant playlist says of its renditions, against their media; and renditions against each other."""

import codec
import rates

LIVE_PEAK, LIVE_AVERAGE = 1.25, 1.10
MORE = 0.020  # of a frame rate
DATES = 0.050  # seconds


def check_attributes(multivariant, judge):
    """What can be judged without media."""
    groups = {(m.get("TYPE"), m.get("GROUP-ID")) for m in multivariant.media}
    seen = set()
    for attributes, uri in multivariant.variants:
        for name in ("AUDIO", "VIDEO", "SUBTITLES"):
            if name in attributes and (name, attributes[name]) not in groups:
                judge("group-missing", f"{name}=\"{attributes[name]}\"", uri)
        if "CODECS" not in attributes:
            judge("codecs-missing", "no CODECS", uri)
        if "AVERAGE-BANDWIDTH" not in attributes:
            judge("average-missing", "no AVERAGE-BANDWIDTH", uri)
        elif int(attributes["AVERAGE-BANDWIDTH"] or 0) > int(attributes.get("BANDWIDTH") or 0) > 0:
            judge("average-above-peak", f"{attributes['AVERAGE-BANDWIDTH']} > {attributes['BANDWIDTH']}", uri)
        if (uri, attributes.get("AUDIO")) in seen:
            judge("variant-twice", "a second EXT-X-STREAM-INF", uri)
        seen.add((uri, attributes.get("AUDIO")))


def check_variant(attributes, media, target, judge):
    """`media`: media_rules.Media of its playlist, `target`: its target duration."""
    read = media.read_ones()
    if not read:
        return
    last = read[-1]
    check_codecs(attributes, read, judge)
    video = next((t for t in last.tracks if t[1] == "video"), None)
    if video:
        check_picture(attributes, video[4], read, judge)
        said, real = attributes.get("VIDEO-RANGE", "SDR"), video[5]
        if real and said != real:
            judge("video-range-wrong", f"VIDEO-RANGE {said}, the media {real}")
    check_rates(attributes, media.rates(), target, judge)


def check_codecs(attributes, read, judge):
    if not attributes.get("CODECS"):
        return
    said = codec.normal(attributes["CODECS"])
    real = codec.normal(",".join(t[2] for f in read for t in f.tracks))
    # Of audio in another playlist (AUDIO) nothing is known here.
    missing, more = real - said, said - real if "AUDIO" not in attributes else set()
    if missing or more:
        judge("codecs-wrong", f"CODECS {','.join(sorted(said))}, the media {','.join(sorted(real))}")


def check_picture(attributes, size, read, judge):
    if "RESOLUTION" not in attributes:
        judge("resolution-missing", "no RESOLUTION")
    elif attributes["RESOLUTION"]:
        said = [int(x) for x in attributes["RESOLUTION"].split("x")]
        if abs(said[0] - size[0]) > 2 or abs(said[1] - size[1]) > 2:
            judge("resolution-wrong", f"RESOLUTION {attributes['RESOLUTION']}, the media {size[0]}x{size[1]}")
    if "FRAME-RATE" not in attributes:
        judge("frame-rate-missing", "no FRAME-RATE")
        return
    said = float(attributes["FRAME-RATE"] or 0)
    medians = sorted(f.median for f in read if f.main == "video" and f.median)
    frames = sum(f.frames for f in read if f.main == "video")
    seconds = sum(f.own for f in read if f.main == "video")
    measured = [1 / medians[len(medians) // 2] if medians else 0, frames / seconds if seconds else 0]
    if all(abs(said - rate) > MORE * rate for rate in measured):
        judge("frame-rate-wrong", f"FRAME-RATE {said}, the media {measured[0]:.3f}")


def check_rates(attributes, measured, target, judge):
    peak, average = rates.peak(measured, target), rates.average(measured)
    bandwidth = int(attributes.get("BANDWIDTH") or 0)
    if peak >= LIVE_PEAK * bandwidth > 0:
        judge("bandwidth-low", f"BANDWIDTH {bandwidth}, measured {peak:.0f}, {100 * peak / bandwidth:.0f} %")
    said = int(attributes.get("AVERAGE-BANDWIDTH") or 0)
    seconds = sum(one[0] for one in measured if one)
    if seconds >= 3 * target and average >= LIVE_AVERAGE * said > 0:
        judge("average-low", f"AVERAGE-BANDWIDTH {said}, measured {average:.0f}, {100 * average / said:.0f} %")


def check_alignment(renditions, judge):
    """`renditions`: name -> (playlist, Media, dates by msn)."""
    names = sorted(renditions)
    for name in names[1:]:
        first, other = renditions[names[0]], renditions[name]
        if first[0].target != other[0].target:
            judge("aligned-target", f"{other[0].target} s, {names[0]} {first[0].target} s", name)
        if abs(first[0].last_msn - other[0].last_msn) > 2:
            judge("aligned-end", f"ends with #{other[0].last_msn}, {names[0]} with #{first[0].last_msn}", name)
        aligned = check_dates(first[2], other[2], names[0], name, judge)
        if aligned:
            check_media(first[1], other[1], names[0], name, judge)


def check_dates(first, other, first_name, name, judge):
    for msn in sorted(first.keys() & other.keys()):
        if abs(first[msn] - other[msn]) > DATES:
            judge("aligned-number", f"{other[msn] - first[msn]:+.3f} s against {first_name}", f"{name} #{msn}")
            return False
    return True


def check_media(first, other, first_name, name, judge):
    for msn in sorted(first.segments.keys() & other.segments.keys()):
        one, two = first.segments[msn], other.segments[msn]
        if one is None or two is None:
            continue
        if one.sequence != two.sequence:
            judge("aligned-discontinuity", f"discontinuity sequence {two.sequence}, {first_name} {one.sequence}", f"{name} #{msn}")
            return
        kind = one.main if one.main == two.main else "audio"
        if kind not in one.start or kind not in two.start:
            continue
        apart = two.shown[kind] - one.shown[kind]
        if abs(apart) > max(one.frame, two.frame) + 0.010:
            judge("aligned-stamps", f"{apart:+.3f} s against {first_name}", f"{name} #{msn}")
            return
