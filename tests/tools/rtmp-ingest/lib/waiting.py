"""Waits of the stories in Python, for a server whose words go to ingest.err."""
import sys
import time


def wait_for(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (got := condition()):
        if time.monotonic() > deadline:
            sys.exit(f"FAIL: waited in vain for {what}\n{open('ingest.err').read()[-3000:]}")
        time.sleep(0.1)
    return got
