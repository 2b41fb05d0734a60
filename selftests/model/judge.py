# SPDX-License-Identifier: GPL-2.0-only
"""netscan - compare the records of a played trace with what the model expects; prints TAP

    judge.py DIRECTORY [STATUS]     what trace_test.sh left there; STATUS is that of trace_run
    judge.py --unpack DIRECTORY     the same again from the output of a failed test on stdin

Every exec lies between two clock readings, and no two of them overlap. A record is one
of the exec in which its time `last` lies; pid, parent, session, user and command line
must be that exec's. For each group of each rule the records in their order must be
those that the model expects, no more and no fewer, each at its exec and with its counts.

Where an edge of a window falls between the two readings of an exec that matters, the
readings cannot tell what is right. Only then the record decides, and it is counted: a
trace with more than one such question in twenty records is a failure. In figures: a
record may be off only if some argument was last seen exactly one window before, give
or take the two or three milliseconds that an exec takes.

What time alone brings about (ends, alerts that a covering scan's end has left) is due
at a known time, and may be written LAG later, and later still by as much as the machine
was ever seen to stall (trace_run's last line). For an alert of that kind this means that
it has to be there if its group was surely over the threshold from then to so much later,
and may be there or not if the group fell below it meanwhile ("late" among the
questions). Then an exec of another scan may cover the group anew ("covered, maybe").
"""
import base64
import bisect
import os
import re
import sys
import zlib
from collections import Counter, defaultdict, deque

import model
import trace

LAG = 2 * model.SECOND           # a tick of the module is a second; a slow kernel is late
PROMPT = model.SECOND
UNSETTLED = 20              # one question left open in so many records
FILES = ("trace", "log", "records", "stats.before", "stats.after")
PAIR = re.compile(r'([a-z_]+)=("[^"]*"|[^ ]*)')
LOSSES = ("evicted_armed", "evicted_covered", "evicted_open", "missed", "read_faults",
          "truncated", "reused", "lost")


class Step:
    """What is known of one exec: from the trace, and from the player."""

    def __init__(self, words, fields, argv, logged):
        self.fields = fields
        self.argv = argv
        self.path = words[3]
        self.exe, self.tools = trace.FILES[words[3]]
        self.error, self.pid, self.parent, self.session = logged[:4]
        self.time = (logged[4], logged[5])
        self.failed = self.error != 0


class Played:
    """A trace as it was played: the steps in their order, and the execs by number."""

    def __init__(self, directory, lines, log):
        self.steps = []             # ("rules", lines, time) or ("exec", number)
        self.execs = []
        self.starts = []            # of execs, see find()
        self.faults = []
        self.actors = {}
        self.directory = directory
        self.stall = 0              # nanoseconds
        if log and log[-1].startswith("stall "):
            self.stall = int(log.pop().split()[1])
        log = iter(log)
        for line in lines:
            words = line.split(" ")
            if words[0] == "actor":
                self.actors[int(words[1])] = (int(words[2]), int(words[3]))
            elif words[0] in ("rules", "exec"):
                logged = next(log, "").split()
                if not logged or logged[0] != words[0]:
                    self.faults.append("the log ends before: " + line[:80])
                    return
                self.step(line, words, [int(word) for word in logged[1:]])

    def step(self, line, words, logged):
        """One step that was played."""
        if words[0] == "rules":
            if logged[0]:
                self.faults.append("error %d from: %s" % (logged[0], line))
            rules = [rule for rule in line[6:].split(";") if rule[0] != "-"]
            self.steps.append(("rules", rules, (logged[1], logged[2])))
            return
        number = len(self.execs)
        fields = trace.fields(number, words, self.actors)
        step = Step(words, fields, trace.argv(words, self.directory), logged)
        if step.failed != (step.exe is None):
            self.faults.append("exec %d has errno %d: %s" % (number, step.error, line[:80]))
        self.execs.append(step)
        self.steps.append(("exec", number))

    def find(self, time):
        """The number of the exec that this instant belongs to, or None."""
        if len(self.starts) != len(self.execs):
            self.starts = [step.time[0] for step in self.execs]
        number = bisect.bisect_right(self.starts, time) - 1
        if number < 0 or time > self.execs[number].time[1]:
            return None
        return number

    def tool_execs(self):
        """How many events there were."""
        return sum(bool(step.tools) and not step.failed for step in self.execs)

    def run(self, oracle, slots=128):
        """Have the model look at all of it."""
        rule = model.Model(oracle, slots, oracle.lag, oracle.prompt)
        for step in self.steps:
            if step[0] == "rules":
                rule.set_rules(step[1], step[2])
                continue
            played = self.execs[step[1]]
            if not played.failed:
                rule.event(model.Event(step[1], played.time, played.fields, played.tools,
                                       played.argv))
        rule.finish((2 ** 63, 2 ** 63))
        return rule


def nanoseconds(text):
    """A time of a record."""
    seconds, fraction = text.split(".")
    return int(seconds) * model.SECOND + int(fraction)


def unescape(text):
    """The bytes of a quoted value."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m.group(1), 16)]), text.encode())


class Record:
    """One line of the device."""

    def __init__(self, line):
        self.line = line.rstrip("\n")
        self.values = {key: value.strip('"') for key, value in PAIR.findall(line)}
        self.kind = self.values.get("type")
        self.rule = self.values.get("rule")
        self.index = None

    def number(self, key):
        """A value that is a number."""
        return int(self.values[key])

    def late(self):
        """Whether time has brought it about: no process is there to be described."""
        return self.kind == "alert" and not self.number("argc")

    def mistakes(self, step):
        """What in it is not as it was with the exec that it names."""
        wanted = {"pid": step.pid, "parent_pid": step.parent, "sid": step.session,
                  "uid": step.fields["uid"], "argc": len(step.argv)}
        wrong = [key for key, value in wanted.items() if self.number(key) != value]
        if self.values["tool"] != step.fields["tool"]:
            wrong.append("tool")
        if self.late():
            wrong.remove("argc")
            return wrong
        if not self.values["exe"].endswith("/" + step.exe):
            wrong.append("exe")
        args = [unescape(arg) for arg in self.values["args_last"].split(" ")]
        if self.values["args_last_cut"] == "1":
            joined = b"\0".join(step.argv)
            wrong += [] if joined.startswith(b"\0".join(args)) else ["args_last"]
        elif args != step.argv:
            wrong.append("args_last")
        return wrong


class Judge:
    """The model's oracle: gives it the records one by one, group by group."""

    prompt = PROMPT

    def __init__(self, played, records):
        self.played = played
        self.lag = LAG + played.stall
        self.foreign = []           # records that belong to no exec
        self.faults = []
        self.settled = Counter()
        self.said = Counter()
        self.lost_track = set()     # groups with a fault: what follows from it is not told
        self.queues = defaultdict(deque)
        self.rules = {}
        self.writes = []
        for step in played.steps:
            if step[0] == "rules":
                self.rules.update((rule.name, rule) for rule in map(model.Rule, step[1]))
                self.writes.append(step[2])
        for record in records:
            self.file(record)

    def file(self, record):
        """Put a record into the queue of its group."""
        if record.rule not in self.rules or record.kind not in ("alert", "update", "end"):
            self.foreign.append("unknown: " + record.line)
            return
        record.index = self.played.find(nanoseconds(record.values["last"]))
        if record.index is None:
            self.foreign.append("no exec then: " + record.line)
            return
        step = self.played.execs[record.index]
        if step.failed or not step.tools:
            self.foreign.append("exec %d is no event: %s" % (record.index, record.line))
            return
        if record.kind != "end":
            wrong = record.mistakes(step)
            if wrong:
                self.foreign.append("%s of exec %d not so: %s" % (
                    ",".join(wrong), record.index, record.line))
        key = self.rules[record.rule].key(step)
        self.queues[record.rule, key].append(record)

    def head(self, group):
        """The next record of a group."""
        queue = self.queues.get((group.rule.name, group.key))
        return queue[0] if queue else None

    def peek(self, kind, group, index):
        """Whether that is such a record, of this exec."""
        head = self.head(group)
        return head is not None and head.kind == kind and head.index == index

    def owed(self, group):
        """Whether that is an alert written before its time ran out."""
        head = self.head(group)
        return head is not None and head.kind == "alert" and \
            nanoseconds(head.values["time"]) <= group.deadline

    def settle(self, kind, group, index):
        """As peek(), where the times leave a question open."""
        self.settled["late" if group.state == model.OWED else kind] += 1
        return self.peek(kind, group, index)

    def fault(self, expected, why):
        """The module and the model part here."""
        self.lost_track.add((expected.rule, expected.key))
        self.faults.append((expected, why))

    def expect(self, expected):
        """The model expects a record now: it must be the next of its group."""
        group = (expected.rule, expected.key)
        if group in self.lost_track:
            return None
        queue = self.queues.get(group)
        if not queue:
            self.fault(expected, "there is no record")
            return None
        record = queue.popleft()
        if (record.kind, record.index) != (expected.kind, expected.index):
            self.fault(expected, "there is %s at exec %d: %s" % (
                record.kind, record.index, record.line))
            return None
        wrong = self.compare(expected, record)
        if wrong:
            self.fault(expected, "%s: %s" % (wrong, record.line))
        self.said[record.kind] += 1
        return record.number("distinct"), record.number("events")

    def compare(self, expected, record):
        """What is wrong in a record that is there and of the right exec."""
        distinct, events = record.number("distinct"), record.number("events")
        time = nanoseconds(record.values["time"])
        if not expected.distinct[0] <= distinct <= expected.distinct[1]:
            return "distinct is %d" % distinct
        if not expected.time[0] <= time <= expected.time[1]:
            return "time is %.3f s off" % ((time - expected.time[0]) / model.SECOND)
        if record.late() and not expected.late:
            return "no process is described"
        if record.kind == "alert":
            counted = self.count_events(record)
            if events != counted:
                return "events are %d since first" % counted
            if events < self.rules[record.rule].events:
                return "events are too few"
            if expected.oldest and nanoseconds(record.values["first"]) > expected.oldest[1]:
                return "an argument counts that is older than first"
        elif events != expected.events:
            return "events are %d" % expected.events
        if record.kind == "end" and not self.ends_well(expected, record):
            return "reason is not " + expected.reason
        return None

    def count_events(self, record):
        """How many execs of a record's group there were since its first."""
        rule = self.rules[record.rule]
        first = self.played.find(nanoseconds(record.values["first"]))
        if first is None:
            return -1
        key = rule.key(self.played.execs[record.index])
        return sum(not step.failed and rule.sees(step) and rule.key(step) == key
                   for step in self.played.execs[first:record.index + 1])

    def ends_well(self, expected, record):
        """Its reason; an end that was due when the rules were changed may say either."""
        reason = record.values["reason"]
        if reason == "cleared" and expected.reason == "idle":
            return any(expected.time[0] <= write[1] and write[0] <= expected.time[1]
                       for write in self.writes)
        return reason == expected.reason

    def leftover(self):
        """Records that nothing has asked for, in groups that were followed to the end."""
        return [queue[0] for group, queue in self.queues.items()
                if queue and group not in self.lost_track]


MUTANTS = {
    "one distinct argument more": lambda rule: setattr(rule, "distinct", rule.distinct + 1),
    "one distinct argument less": lambda rule: setattr(rule, "distinct", rule.distinct - 1),
    "half rounded down": lambda rule: setattr(rule, "half", max(rule.distinct // 2, 1)),
    "half plus one": lambda rule: setattr(rule, "half", min(rule.half + 1, rule.distinct)),
    "a window of a second more": lambda rule: setattr(rule, "window", rule.window + model.SECOND),
    "a window of a tick less": lambda rule: setattr(
        rule, "window", rule.window - trace.TICK * model.SECOND // 1000),
}

# Enough where a test is run; that of the judge tries all.
PROOF = ("one distinct argument more", "a window of a tick less")


def disagrees(played, records, change):
    """Whether a model that is a little off finds fault with the records."""
    original = model.Rule

    def changed(line):
        rule = original(line)
        change(rule)
        return rule

    model.Rule = changed
    try:
        judge = Judge(played, [Record(record.line) for record in records])
        played.run(judge)
        return bool(judge.faults or judge.leftover())
    finally:
        model.Rule = original


class Tap:
    """Verdicts, and what led to them."""

    def __init__(self):
        self.count = self.failed = 0

    def verdict(self, faults, what):
        """One line; before it what was wrong, the first of many."""
        for fault in faults[:8]:
            print("# " + fault)
        if len(faults) > 8:
            print("# and %d more" % (len(faults) - 8))
        self.count += 1
        self.failed += bool(faults)
        print("%s %d %s" % ("not ok" if faults else "ok", self.count, what))


def explain(judge, expected, why):
    """A fault with the execs of its group that led to it."""
    lines = ["expected %s; %s" % (expected, why)]
    rule = judge.rules[expected.rule]
    execs = [(number, step) for number, step in enumerate(judge.played.execs[:expected.index + 4])
             if not step.failed and rule.sees(step) and rule.key(step) == expected.key]
    for number, step in execs[-6:]:
        lines.append("    exec %d at %.6f..%.6f %s %s" % (
            number, step.time[0] / model.SECOND, step.time[1] / model.SECOND, step.path,
            b" ".join(step.argv)[:60]))
    return "\n# ".join(lines)


def ledger(directory):
    """How much each counter of stats has grown."""
    def read(name):
        with open(os.path.join(directory, name), encoding="ascii") as file:
            return {line.split()[0]: int(line.split()[1]) for line in file}
    before, after = read("stats.before"), read("stats.after")
    return {name: after[name] - before[name] for name in after}


def check_records(records):
    """Whether they are without a gap."""
    numbers = [record.number("seq") for record in records if record.kind != "lost"]
    faults = ["lost: " + record.line for record in records if record.kind == "lost"]
    return faults + ["seq %d after %d" % (b, a) for a, b in zip(numbers, numbers[1:]) if b != a + 1]


def judge_all(directory, status):
    """Every verdict on what lies in a directory."""
    def lines(name):
        with open(os.path.join(directory, name), encoding="ascii") as file:
            return file.read().splitlines()
    tap = Tap()
    print("1..8")
    played = Played(play_directory(directory), lines("trace"), lines("log"))
    print("# the machine stalled for %.3f s at most" % (played.stall / model.SECOND))
    if status:
        played.faults.append("trace_run ended with status %d" % status)
    tap.verdict(played.faults, "the trace was played to its end, %d execs" % len(played.execs))
    records = [Record(line) for line in lines("records")]
    tap.verdict(check_records(records), "no record was lost, of %d" % len(records))
    judge = Judge(played, records)
    rule = played.run(judge)
    tap.verdict(judge.foreign, "every record describes the exec that it names")
    tap.verdict([explain(judge, *fault) for fault in judge.faults],
                "all that is expected is there, at its exec: %d alerts, %d updates, %d ends" % (
                    judge.said["alert"], judge.said["update"], judge.said["end"]))
    tap.verdict([record.line for record in judge.leftover()], "and nothing else")
    asked = sum(judge.settled.values()) - judge.settled["late"]
    many = asked * UNSETTLED > sum(judge.said.values())
    tap.verdict(["%d" % asked] if many else [],
                "the times leave few questions open")
    print("# questions left open: %s; covered, maybe: %d" % (
        dict(judge.settled) or "none", rule.maybe_covered))
    grown = ledger(directory)
    faults = ["%s %d" % (name, grown[name]) for name in LOSSES if grown.get(name)]
    if grown["events"] != played.tool_execs():
        faults.append("events %d, not %d" % (grown["events"], played.tool_execs()))
    tap.verdict(faults, "the ledger has as many events, and no loss")
    agrees = [name for name in PROOF if not disagrees(played, records, MUTANTS[name])]
    tap.verdict(["agrees with: " + name for name in agrees], "a model that is a little off disagrees")
    return tap.failed


def play_directory(directory):
    """Where the tools were when the trace was played."""
    name = os.path.join(directory, "played")
    if not os.path.exists(name):
        return directory
    with open(name, encoding="ascii") as file:
        return file.read()


def pack(directory):
    """Print all that was judged, so that it can be judged again."""
    parts = [("played", directory.encode())]
    for name in FILES:
        with open(os.path.join(directory, name), "rb") as file:
            parts.append((name, file.read()))
    data = b"".join(b"%s %d\n%s" % (name.encode(), len(text), text) for name, text in parts)
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    for at in range(0, len(text), 120):
        print("#=" + text[at:at + 120])


def unpack(directory, lines):
    """The other way round."""
    text = "".join(line.strip()[2:] for line in lines if line.startswith("#="))
    data = zlib.decompress(base64.b64decode(text))
    while data:
        head, data = data.split(b"\n", 1)
        name, size = head.split()
        with open(os.path.join(directory, name.decode()), "wb") as file:
            file.write(data[:int(size)])
        data = data[int(size):]


def main(args):
    """The program."""
    if args[0] == "--unpack":
        unpack(args[1], sys.stdin)
        return judge_all(args[1], 0) != 0
    failed = 1
    try:
        failed = judge_all(args[0], int(args[1]))
    finally:
        if failed:
            pack(args[0])
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
