#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""day.py RSTBLAME RECORDING

The recording's incident once a minute for an hour and for 24 hours, each time of other
client ports: the program says each of the resets, and needs little more memory for the day
than for the hour. Prints what each took; fails if that is not so."""
import datetime, json, re, resource, subprocess, sys, threading

RAW = {"address", "act", "removal", "entry", "reset"}
SLACK_KB = 8 * 1024
MINUTE_NS = 60 * 10**9


def shift_time(text, minutes):
    whole, fraction = text[:-1].split(".")
    at = datetime.datetime.fromisoformat(whole) + datetime.timedelta(minutes=minutes)
    return at.isoformat() + "." + fraction + "Z"


def shift(lines, minute):
    """Text for text: parsing 50,000 lines again would take longer than reading them."""
    port = lambda m: '%s:%d' % (m.group(1), 20000 + (int(m.group(2)) + minute * 7) % 40000)
    for line in lines:
        line = re.sub(r'("[sd]port"):(4[5-9]\d{3}|5\d{4})', port, line)
        line = re.sub(r'"ts":"([^"]+)"', lambda m: '"ts":"%s"' % shift_time(m.group(1), minute), line)
        line = re.sub(r'"(mono_ns)":(\d+)', lambda m: '"%s":%d' % (m.group(1), int(m.group(2)) + minute * MINUTE_NS), line)
        yield re.sub(r'"act":(\d+)', lambda m: '"act":%d' % (int(m.group(1)) + minute), line)


def play(program, lines, minutes, options):
    """How many resets it says, and the most memory of any child until now, in kB."""
    start, raw, summary = lines[0], [l for l in lines if json.loads(l)["type"] in RAW], lines[-1]
    child = subprocess.Popen([program, "-r", "-"] + options, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.DEVNULL)

    def feed():
        child.stdin.write(start)
        for minute in range(minutes):
            child.stdin.writelines(shift(raw, minute))
        child.stdin.writelines(shift([summary], minutes))
        child.stdin.close()

    feeder = threading.Thread(target=feed)
    feeder.start()
    last = json.loads([line for line in child.stdout][-1])
    feeder.join()
    child.wait()
    return last["resets"], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def main():
    program, recording = sys.argv[1:]
    lines = open(recording).read().splitlines(keepends=True)
    each, bad = {"entry-removed": 1, "remote": 1}, False
    most = {}
    for hours in (1, 24):
        resets, most[hours] = play(program, lines, hours * 60, ["-f", "json"])
        want = {verdict: n * hours * 60 for verdict, n in each.items()}
        got = {verdict: resets.get(verdict, 0) for verdict in want}
        print("%d h: %s, %d kB" % (hours, got, most[hours]))
        if got != want:
            print("wanted %s" % want)
            bad = True
    if most[24] > most[1] + SLACK_KB:
        print("a day takes more than %d kB above an hour" % SLACK_KB)
        bad = True
    return bad


sys.exit(main())
