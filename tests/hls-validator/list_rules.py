"""What one version of a media playlist must be."""

SHORTEST_PART = 0.85
DRIFT = 0.050  # of dates, in seconds
ROUNDING = 0.002  # of numbers with a few decimals, each


def check(playlist, judge):
    check_durations(playlist, judge)
    check_control(playlist, judge)
    for segment in [*playlist.segments, playlist.open]:
        check_parts(playlist, segment, segment is playlist.open, judge)
    check_old_parts(playlist, judge)
    check_dates(playlist, judge)
    check_names(playlist, judge)
    if not playlist.segments and not playlist.open.parts and not playlist.skipped:
        judge("live-empty", "no segment")


def check_durations(playlist, judge):
    for segment in playlist.segments:
        if int(segment.duration + 0.5) > playlist.target > 0:
            judge("extinf-long", f"{segment.duration} s, the target is {playlist.target} s", f"#{segment.msn}")


def check_control(playlist, judge):
    seconds = ("HOLD-BACK", "PART-HOLD-BACK", "CAN-SKIP-UNTIL")
    control = {name: float(playlist.control[name]) for name in seconds if playlist.control.get(name)}
    hold_back = control.get("HOLD-BACK")
    if hold_back is not None and hold_back < 3 * playlist.target:
        judge("hold-back-low", f"HOLD-BACK={hold_back}, the target is {playlist.target} s")
    skip_until = control.get("CAN-SKIP-UNTIL")
    if skip_until is not None and skip_until < 6 * playlist.target:
        judge("skip-until-low", f"CAN-SKIP-UNTIL={skip_until}, the target is {playlist.target} s")
    parts = any(s.parts for s in playlist.segments) or playlist.open.parts
    if parts and playlist.part_target is None:
        judge("part-inf-missing", "EXT-X-PART without EXT-X-PART-INF")
    if playlist.part_target is None:
        return
    part_hold_back = control.get("PART-HOLD-BACK")
    if part_hold_back is None:
        judge("part-hold-back-missing", "EXT-X-PART-INF without PART-HOLD-BACK")
    elif part_hold_back < 3 * playlist.part_target - ROUNDING:
        judge("part-hold-back-low", f"PART-HOLD-BACK={part_hold_back}, PART-TARGET={playlist.part_target}")


def check_parts(playlist, segment, is_open, judge):
    where = f"#{segment.msn}"
    target = playlist.part_target
    for part, follower in zip(segment.parts, [*segment.parts[1:], None]):
        if target is None:
            break
        here = f"{where}.{part.index}"
        if part.duration > target + 1e-6:
            judge("part-long", f"{part.duration} s, PART-TARGET is {target} s", here)
        # The last part of an open segment may turn out to be its last.
        excepted = part.independent or part.gap or follower is None or follower.gap
        if part.duration < SHORTEST_PART * target - 1e-6 and not excepted:
            judge("part-short", f"{part.duration} s, PART-TARGET is {target} s", here)
    if segment.parts and not is_open:
        total = sum(p.duration for p in segment.parts)
        if abs(total - segment.duration) > ROUNDING * (1 + len(segment.parts)):
            judge("parts-sum", f"parts of {total:.3f} s, EXTINF of {segment.duration} s", where)


def check_old_parts(playlist, judge):
    """SHOULD; a segment of grace for who cuts a list only when it writes it."""
    behind = playlist.end
    for segment in playlist.segments:
        behind -= segment.duration
        if segment.parts and playlist.target and behind > 4 * playlist.target + ROUNDING:
            judge("part-old", f"parts {behind:.1f} s from the end", f"#{segment.msn}")


def check_dates(playlist, judge):
    live = not playlist.ended and playlist.type != "VOD"
    if live and playlist.segments and not playlist.skipped and playlist.segments[0].date is None:
        judge("pdt-missing", "no EXT-X-PROGRAM-DATE-TIME before the first segment")
    expected = last = None
    for segment in [*playlist.segments, playlist.open]:
        if segment.discontinuity:
            expected = None
        if segment.date is not None:
            if expected is not None and abs(segment.date - expected) > DRIFT:
                judge("pdt-drift", f"{segment.date - expected:+.3f} s from the durations before it", f"#{segment.msn}")
            elif last is not None and segment.date < last:
                judge("pdt-back", f"{last - segment.date:.3f} s before an earlier segment", f"#{segment.msn}")
            expected = last = segment.date
        if expected is not None:
            expected += segment.duration


def check_names(playlist, judge):
    uris = set()
    for segment in playlist.segments:
        name = (segment.uri, str(segment.range))
        if name in uris:
            judge("uri-twice", segment.uri, f"#{segment.msn}")
        uris.add(name)
    parts = set()
    for segment in [*playlist.segments, playlist.open]:
        for part in segment.parts:
            name = (part.uri, str(part.range))
            if name in parts:
                judge("part-twice", part.uri, f"#{segment.msn}.{part.index}")
            parts.add(name)
    for hint in playlist.hints:
        if playlist.ended:
            judge("hint-listed", "EXT-X-PRELOAD-HINT in a playlist that has ended")
        elif hint.get("TYPE") == "PART" and "BYTERANGE-START" not in hint and hint.get("URI") in {p[0] for p in parts}:
            judge("hint-listed", f"{hint.get('URI')} is listed already")


def resolved_dates(playlist):
    """msn -> (date of its begin, date of its own): dates reckoned from the last one before."""
    out, date = {}, None
    for segment in playlist.segments:
        if segment.discontinuity:
            date = None
        if segment.date is not None:
            date = segment.date
        if date is not None:
            out[segment.msn] = date
            date += segment.duration
    return out
