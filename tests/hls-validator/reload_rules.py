"""What a later version of a media playlist must be, given an earlier one."""


def check(before, now, judge):
    """`before` and `now` without EXT-X-SKIP.  False when their numbers do not mean the same."""
    if before.ended:
        if not now.ended or now != before:
            judge("endlist-changed", f"after EXT-X-ENDLIST, last segment #{before.last_msn}")
        return True
    if now.target != before.target:
        judge("target-changed", f"from {before.target} s to {now.target} s")
    if before.part_target is not None and now.part_target is not None and now.part_target != before.part_target:
        judge("part-target-changed", f"from {before.part_target} s to {now.part_target} s")
    if before.type and now.type != before.type:
        judge("type-changed", f"from {before.type} to {now.type or 'none'}")
    if now.msn < before.msn:
        judge("media-sequence-back", f"from {before.msn} to {now.msn}")
        return False
    if before.type in ("EVENT", "VOD") and now.msn > before.msn:
        judge("event-removed", f"{now.msn - before.msn} segments have left")
    same = check_numbers(before, now, judge)
    if same:
        check_segments(before, now, judge)
        check_discontinuities(before, now, judge)
        check_hint(before, now, judge)
    if now.msn > before.msn and not now.ended and now.duration + 1e-3 < 3 * now.target:
        judge("list-short", f"{now.duration:.1f} s are left, the target is {now.target} s")
    return same


def is_new_broadcast(before, now):
    """Nothing in common: abr-hls begins with an empty list and higher sequences."""
    return now.msn > before.last_msn + 1 and not {s.uri for s in before.segments} & {s.uri for s in now.segments}


def check_numbers(before, now, judge):
    """False when the lists cannot be compared number by number."""
    old = {s.uri: s.msn for s in before.segments}
    moved = [(s, old[s.uri]) for s in now.segments if s.uri in old and old[s.uri] != s.msn]
    if moved:
        segment, was = moved[0]
        # With all of them moved the number of the list is wrong, else one segment is.
        judge("media-sequence-wrong", f"{segment.uri} was #{was} and is #{segment.msn}")
        return False
    return True


def check_segments(before, now, judge):
    current = {s.msn: s for s in [*now.segments, now.open]}
    for segment in before.segments:
        if segment.msn < now.msn:
            continue
        later = current.get(segment.msn)
        if later is None or (later is now.open and segment.msn > now.last_msn):
            judge("segment-vanished", f"{segment.uri}, while the list begins with #{now.msn}", f"#{segment.msn}")
            continue
        was, is_ = segment.facts(), later.facts()
        changed = [name for name in was if was[name] != is_[name]]
        # A date that stood only because the segment was the first one may go, and come.
        changed = [name for name in changed if name != "date" or None not in (was["date"], is_["date"])]
        if changed:
            name = changed[0]
            judge("segment-changed", f"{name}: {was[name]} became {is_[name]}", f"#{segment.msn}")
    begun, later = before.open, current.get(before.open.msn)
    if begun.parts and later is not None:
        for name in ("discontinuity", "EXT-X-MAP", "EXT-X-KEY", "date"):
            was, is_ = begun.facts()[name], later.facts()[name]
            if was != is_ and not (name == "date" and None in (was, is_)):
                judge("segment-changed", f"{name}: {was} became {is_}, with its parts listed", f"#{begun.msn}")
    for segment in [*before.segments, before.open]:
        later = current.get(segment.msn)
        if not segment.parts or later is None or not later.parts:
            continue
        for part in segment.parts:
            same = later.parts[part.index] if part.index < len(later.parts) else None
            if same is None or same != part:
                judge("part-changed", f"{part.uri} is gone or another one", f"#{segment.msn}.{part.index}")


def check_discontinuities(before, now, judge):
    left = [s for s in before.segments if s.msn < now.msn]
    if now.msn > before.last_msn + 1:  # more have left than were seen
        if now.dsn < before.dsn:
            judge("discontinuity-sequence-wrong", f"from {before.dsn} back to {now.dsn}")
        return
    # A segment's own number counts its tag; the list's is the number without the first segment's tag.
    following = next((s for s in [*before.segments, before.open] if s.msn == now.msn), None)
    wanted = before.dsn + sum(s.discontinuity for s in left)
    if now.dsn != wanted and following is not None:
        judge("discontinuity-sequence-wrong", f"is {now.dsn}, {wanted - before.dsn} have left since it was {before.dsn}")


def check_hint(before, now, judge):
    hint = next((h for h in before.hints if h.get("TYPE") == "PART"), None)
    if hint is None or "BYTERANGE-START" in hint:
        return
    new = next_part(before, now)
    # Behind a discontinuity another writer may go on: what was hinted died with the one before.
    begins = any(s.discontinuity and s.parts and s.parts[0] is new for s in [*now.segments, now.open])
    if new is not None and new.uri != hint.get("URI") and not begins:
        judge("hint-broken", f"{hint.get('URI')} was hinted, {new.uri} came")


def next_part(before, now):
    """The part of `now` that follows the last one of `before`; nothing when it is not listed (any more)."""
    at, index = before.open.msn, len(before.open.parts)
    for segment in [*now.segments, now.open]:
        if segment.msn < at:
            continue
        if index < len(segment.parts):
            return segment.parts[index]
        if segment is now.open or (segment.msn == at and not segment.parts):
            return None
        at, index = segment.msn + 1, 0
    return None
