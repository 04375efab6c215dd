#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""waited.py RSTBLAME RECORDING

Who waits for a long replay at a terminal is told how far it is: in the report's own terminal,
or on stderr where the report goes into a file; not under -q. It is gone before what follows.
Prints what was seen; fails if that is not so."""
import json, os, pty, re, subprocess, sys, threading, time

CLEAR = b"\r\033[K"
LINES = 6000  # more than are read between two looks at the clock


def feed(child, lines):
    """The recording's removal many times, and a pause in which a second passes."""
    removal = next(l for l in lines if json.loads(l)["type"] == "removal")
    child.stdin.write((lines[0] + removal * LINES).encode())
    child.stdin.flush()
    time.sleep(1.2)
    child.stdin.write((removal * LINES + lines[-1]).encode())
    child.stdin.close()


def play(program, lines, options, to_terminal):
    """What the terminal had of it."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([program, "-r", "-"] + options, stdin=subprocess.PIPE, stderr=theirs,
                             stdout=theirs if to_terminal else subprocess.DEVNULL)
    os.close(theirs)
    feeder = threading.Thread(target=feed, args=(child, lines))
    feeder.start()
    seen = b""
    try:
        while part := os.read(ours, 65536):
            seen += part
    except OSError:  # the other end is closed
        pass
    feeder.join()
    child.wait()
    return seen


def main():
    program, recording = sys.argv[1:]
    lines = open(recording).read().splitlines(keepends=True)
    text, aside, quiet = (play(program, lines, *how) for how in
                          (([], True), (["-f", "json"], False), (["-q"], True)))
    told = re.compile(re.escape(CLEAR) + rb"[^\r\n]*read [\d,]+ lines")
    bad = []
    if not told.search(text) or b"lines" in text.split(CLEAR)[-1].split(b"\n")[0]:
        bad.append("in the report's terminal: %r" % text[:300])
    if not told.search(aside) or not aside.endswith(CLEAR):
        bad.append("on stderr: %r" % aside[:300])
    if b"read " in quiet or CLEAR in quiet:
        bad.append("under -q: %r" % quiet[:300])
    print("; ".join(bad) or told.search(aside).group()[len(CLEAR):].decode())
    sys.exit(bool(bad))


main()
