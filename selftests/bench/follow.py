#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""netscan - when somebody who follows execs would know of a sweep

Usage: follow.py netscan|audit|snoopy <LOG   prints "PARENT TIME", when a parent has had so many
                                             distinct arguments; netscan's own alerts also with the
                                             time of their exec
       follow.py batch <TIMES                what a batch makes of a sweep's times of exec

What follows a log is as little as does: it forgets nothing, and knows no window.
"""
import re
import sys
import time

DISTINCT = 100
PERIOD, WINDOW = 300, 540  # of the batch, in seconds
parents = {}


def netscan(line):
    if line.startswith("type=alert "):
        fields = dict(re.findall(r" (parent_pid|last)=(\S+)", line))
        print(fields["parent_pid"], time.time(), fields["last"], flush=True)


def audit(line):
    """One record says who, another one what, both with the event's number."""
    number = line[line.find("audit(") : line.find(")")]
    if line.startswith("type=SYSCALL "):
        parents[number] = re.search(r" ppid=(\d+)", line)[1]
    elif line.startswith("type=EXECVE "):
        return parents.pop(number, None), re.findall(r' a\d+=(\S+)', line)
    return None


def snoopy(line):
    """It says in what session, not by which parent."""
    found = re.search(r" sid:(\d+) .*\]: (.*)", line)
    return found and (found[1], found[2].split())


def follow(parse):
    seen = {}
    for line in iter(sys.stdin.readline, ""):
        parent, arguments = parse(line) or (None, ())
        if parent and any(a.strip('"').endswith("/ping") for a in arguments[:1]):
            before = len(seen.setdefault(parent, set()))
            seen[parent].update(arguments)
            if before < DISTINCT <= len(seen[parent]):
                print(parent, time.time(), flush=True)


def batch():
    """Each line is the time of an exec that has one argument more than those before, and three."""
    times = [float(line) for line in sys.stdin]
    crossed = times[DISTINCT - 4]
    late = []
    for phase in range(PERIOD):
        run = crossed - crossed % PERIOD + phase - PERIOD
        while run < crossed or 3 + sum(run - WINDOW < t <= run for t in times) < DISTINCT:
            run += PERIOD
        late.append(run - crossed)
    late.sort()
    print(late[PERIOD // 2], late[-1])


if sys.argv[1] == "batch":
    batch()
elif sys.argv[1] == "netscan":
    for record in iter(sys.stdin.readline, ""):
        netscan(record)
else:
    follow({"audit": audit, "snoopy": snoopy}[sys.argv[1]])
