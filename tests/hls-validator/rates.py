"""Bit rates by measurement: bis 4.4.6.2 with section 4 of the definitions."""


def peak(segments, target):
    """`segments`: (duration, bytes), None where a run ends.  The largest rate of any contiguous set of segments that lasts
    between 0.5 and 1.5 target durations; 0 when there is none."""
    most = 0.0
    for first in range(len(segments)):
        duration = size = 0
        for one in segments[first:]:
            if one is None:
                break
            duration += one[0]
            size += one[1]
            if duration > 1.5 * target:
                break
            if duration > 0 and duration >= 0.5 * target:
                most = max(most, size * 8 / duration)
    return most


def average(segments):
    whole = [one for one in segments if one is not None]
    duration = sum(one[0] for one in whole)
    return sum(one[1] for one in whole) * 8 / duration if duration else 0.0
