# SPDX-License-Identifier: GPL-2.0-only
"""netscan - a model of the rule: which execs complete a scan, and what is said of it

Written from the text of the rule and of netscan(4) alone, with none of the module's
methods: windows are ordered dictionaries without a limit, nothing is hashed, no group
makes room for another. Only where netscan(4) says that the number of slots matters, in
the distinct arguments that an update adds to those of the alert, the model knows it.

Time: an exec happened at some instant between two clock readings, so every time here
is a pair (lo, hi) of nanoseconds, and every question about a window has the answer
yes, no, or not to be told. Only the last kind is put to the oracle. With exact times,
lo == hi, there is none.

What time alone brings about, the end of a scan and the alert of a rule that this scan
had covered, holds from that instant on but may be written up to `lag` later.
"""
from collections import OrderedDict, deque

SECOND = 1000000000
MAX_ARG = 1024
FIELDS = ("parent", "exe", "session", "cgroup", "uid", "tool")

ARMED, OPEN, COVERED, OWED = "armed", "open", "covered", "owed"


class Event:
    """One successful exec: when, who, which file, which arguments."""

    def __init__(self, index, time, fields, tools, args):
        self.index = index
        self.time = time
        self.fields = fields        # a value for each of FIELDS that rules use
        self.tools = tools          # canonical names, by any sign
        self.args = args            # of bytes, argv[0] first


class Rule:
    """One line of /proc/netscan/rules."""

    def __init__(self, line):
        words = line.split()
        pairs = dict(word.split("=", 1) for word in words[1:])
        self.name = words[0]
        self.enabled = pairs.get("enabled", "1") == "1"
        self.by = tuple(pairs.get("by", "parent,exe").split(","))
        self.distinct = int(pairs.get("distinct", "100"))
        self.events = int(pairs.get("events", "1"))
        self.window = int(pairs.get("window", "540")) * SECOND
        self.tools = pairs.get("tools", "all")
        self.half = (self.distinct + 1) // 2
        unknown = set(self.by) - set(FIELDS)
        if unknown:
            raise ValueError("unknown field " + ",".join(unknown))

    def sees(self, event):
        """Whether the exec is one of a tool that the rule watches."""
        if not self.enabled or not event.tools:
            return False
        return self.tools == "all" or bool(set(self.tools.split(",")) & set(event.tools))

    def key(self, event):
        """The group that the exec belongs to."""
        return tuple(event.fields[field] for field in self.by)


class Window:
    """The distinct arguments of a group with the time each was last seen, oldest first."""

    def __init__(self, span, slots=None):
        self.span = span
        self.slots = slots          # how many it holds at most
        self.seen = OrderedDict()

    def left(self, last, now):
        """Whether what was seen at `last` has left by `now`: True, False or None."""
        if now[0] - last[1] >= self.span:
            return True
        return False if now[1] - last[0] < self.span else None

    def expire(self, now):
        """Forget what is surely out of the window."""
        while self.seen:
            arg = next(iter(self.seen))
            if self.left(self.seen[arg], now) is not True:
                break
            del self.seen[arg]

    def add(self, arg, now):
        """Count one argument; how many are new: (at least, at most)."""
        last = self.seen.pop(arg, None)
        self.seen[arg] = now
        if self.slots and len(self.seen) > self.slots:
            self.seen.popitem(last=False)
        if last is None:
            return (1, 1)
        return {True: (1, 1), False: (0, 0), None: (0, 1)}[self.left(last, now)]

    def count(self, now):
        """How many are in the window: (at least, at most)."""
        out = maybe = 0
        for last in self.seen.values():
            answer = self.left(last, now)
            if answer is False:
                break
            out += answer is True
            maybe += answer is None
        return (len(self.seen) - out - maybe, len(self.seen) - out)

    def oldest(self, now):
        """When that was last seen which will leave next, of what is surely there, or None."""
        return next((last for last in self.seen.values() if self.left(last, now) is False), None)

    def falls_below(self, number):
        """When fewer than `number` will be left if nothing comes, or None if they are."""
        if len(self.seen) < number:
            return None
        for last in reversed(self.seen.values()):
            number -= 1
            if not number:
                return (last[0] + self.span, last[1] + self.span)
        return None


class Group:
    """The execs of one key of one rule, and the scan they make."""

    def __init__(self, rule, key, slots):
        self.rule = rule
        self.key = key
        self.window = Window(rule.window)
        self.held = Window(rule.window, slots)
        self.execs = deque()
        self.state = ARMED
        self.cover = None           # the group whose scan covers this one
        self.since = None           # when that ended, and an alert may be owed
        self.deadline = None        # of an owed alert
        self.over_since = True      # an owed group was surely over all the while
        self.ends = None            # when fewer than half will be left
        self.last = None            # index of the latest exec
        self.distinct = (0, 0)      # of the scan
        self.events = 0             # of the scan's count
        self.base = (0, 0)          # distinct and events of the last record

    def take(self, event):
        """Count the exec's arguments; how many are new to what is held of the window."""
        new = [0, 0]
        for arg in event.args:
            if len(arg) <= MAX_ARG:
                self.window.add(arg, event.time)
                least, most = self.held.add(arg, event.time)
                new[0] += least
                new[1] += most
        self.execs.append(event.time)
        self.last = event.index
        self.events += 1
        self.ends = self.window.falls_below(self.rule.half)
        return new

    def refresh(self, now):
        """Forget what has left the window."""
        self.window.expire(now)
        self.held.expire(now)
        while self.execs and self.window.left(self.execs[0], now) is True:
            self.execs.popleft()
        if self.state == ARMED and not self.execs:
            self.events = 0

    def over(self, now):
        """Whether the thresholds are met: True, False or None."""
        least, most = self.window.count(now)
        sure = maybe = 1            # an argument in the window is that of an exec in it
        if self.rule.events > 1:
            sure = sum(self.window.left(time, now) is False for time in self.execs)
            maybe = sum(self.window.left(time, now) is None for time in self.execs)
        if least >= self.rule.distinct and sure >= self.rule.events:
            return True
        if most < self.rule.distinct or sure + maybe < self.rule.events:
            return False
        return None


class Expected:
    """A record that has to be there."""

    def __init__(self, kind, group, time, reason=""):
        self.kind = kind            # alert, update, end
        self.rule = group.rule.name
        self.key = group.key
        self.index = group.last     # of the exec that brought it about, or was the latest
        self.time = time            # may be written from the one to the other
        self.distinct = group.distinct
        self.events = group.events
        self.oldest = group.window.oldest(time)
        self.reason = reason
        self.late = kind == "alert" and group.state == OWED     # brought about by time

    def __str__(self):
        return "%s of %s at exec %d, distinct %d..%d" % (
            self.kind, self.rule, self.index, self.distinct[0], self.distinct[1])


class Collector:
    """The oracle for exact times: keeps what is expected, and has nothing to decide."""

    def __init__(self):
        self.expected = []

    def settle(self, kind, group, index):
        """A question that the times leave open: is there such a record next?"""
        raise ValueError("%s of %s at exec %s cannot be told" % (kind, group.rule.name, index))

    def peek(self, kind, group, index):
        """Whether an owed alert was written before its time ran out."""
        return False

    def owed(self, group):
        """Whether an owed alert is written in its time, be it of a later exec."""
        return False

    def expect(self, expected):
        """A record has to be there; (distinct, events) it has, None as expected."""
        self.expected.append(expected)


def open_one(groups):
    """The first of these that has an open scan, or None."""
    return next((group for group in groups if group.state == OPEN), None)


class Model:
    """All rules, all groups. Feed it rules and events in their order, then finish()."""

    def __init__(self, oracle, slots=128, lag=0, prompt=0):
        self.oracle = oracle
        self.slots = slots
        self.lag = lag
        self.prompt = prompt
        self.rules = []
        self.groups = {}
        self.alive = []             # groups that are not armed
        self.maybe_covered = 0      # alerts that may stay out, see still_owed()

    # ---- what is said ----

    def say(self, kind, group, time, reason=""):
        """Expect a record, and go on from what it says where times leave that open."""
        found = self.oracle.expect(Expected(kind, group, time, reason))
        distinct, group.events = found or (group.distinct[1], group.events)
        group.distinct = (distinct, distinct)
        group.base = (distinct, group.events)

    def open_scan(self, group, written):
        """The alert."""
        if group.distinct[1] > self.slots:
            # More than is held: of the rest some may be left out before it leaves the window.
            group.distinct = (min(group.distinct[0], self.slots), group.distinct[1])
        self.say("alert", group, written)
        self.enter(group, OPEN)

    def open_owed(self, group):
        """The alert that a covering scan's end has left, at some time since."""
        span = (group.since, group.deadline)
        total = group.distinct[1]
        group.distinct = group.window.count(span)
        if group.distinct[1] > self.slots:
            group.distinct = (group.distinct[0], max(total, group.distinct[1]))
        self.open_scan(group, span)

    def enter(self, group, state):
        """Change a group's state."""
        if group.state == ARMED and state != ARMED:
            self.alive.append(group)
        if group.state != ARMED and state == ARMED:
            self.alive.remove(group)
        group.state = state

    # ---- what time brings about ----

    def due(self, group):
        """When time will change a group that is not armed."""
        if group.state == OWED:
            return group.deadline
        return group.ends[1]

    def advance(self, now):
        """Let all come about that surely has by `now`."""
        while True:
            waiting = [group for group in self.alive if self.due(group) <= now]
            if not waiting:
                return
            self.lapse(min(waiting, key=self.due))

    def lapse(self, group):
        """The time of this group has come."""
        if group.state == OPEN:
            self.end_scan(group, group.ends)
        elif group.state == COVERED:
            self.enter(group, ARMED)
        else:
            self.settle_owed(group, (group.deadline, group.deadline))

    def end_scan(self, group, when):
        """Fewer than half are left. Rules that this scan covered speak now, or are armed."""
        self.say("end", group, (when[0], when[1] + self.lag), "idle")
        self.enter(group, ARMED)
        for other in [g for g in self.alive if g.cover is group and g.state == COVERED]:
            other.cover = None
            answer = other.over(when)
            if answer is False:
                self.enter(other, ARMED)
                continue
            other.over_since = answer is True
            other.deadline = when[1] + self.lag
            other.since = when[0]
            self.enter(other, OWED)
            if self.oracle.peek("alert", other, other.last):
                self.open_owed(other)

    def settle_owed(self, group, now):
        """An alert was to come up to now: it must have, if the group was over all the time."""
        sure = group.over_since and group.over(now) is True
        if sure or self.oracle.settle("alert", group, group.last):
            self.open_owed(group)
        else:
            self.enter(group, ARMED)

    # ---- what an exec brings about ----

    def event(self, event):
        """One exec."""
        self.advance(event.time[0])
        touched = []
        for rule in self.rules:
            if rule.sees(event):
                group = self.group(rule, event)
                self.count(group, event, touched)
                touched.append(group)

    def group(self, rule, event):
        """The group of this rule that the exec belongs to."""
        key = rule.key(event)
        if (rule.name, key) not in self.groups:
            self.groups[rule.name, key] = Group(rule, key, self.slots)
        return self.groups[rule.name, key]

    def before(self, group, event):
        """What may or may not have come about just before an exec of this group."""
        if group.state == OWED:
            if group.over(event.time) is False:
                # What was owed can no longer be told from what this exec completes.
                self.settle_owed(group, event.time)
            else:
                group.over_since &= group.over(event.time) is True
        if group.state == OPEN and group.ends[0] <= event.time[1]:
            if self.oracle.settle("end", group, group.last):
                self.end_scan(group, group.ends)
        if group.state == COVERED and group.cover.ends[0] <= event.time[1]:
            # Whether the clock has found the other scan over before this exec came.
            if self.oracle.settle("alert", group, group.last):
                self.end_scan(group.cover, group.cover.ends)

    def count(self, group, event, touched):
        """One exec in one of its groups; `touched` are those of earlier rules."""
        self.before(group, event)
        group.refresh(event.time)
        new = group.take(event)
        written = (event.time[0], event.time[1] + self.prompt)
        group.distinct = (group.distinct[0] + new[0], group.distinct[1] + new[1])
        if group.state == OPEN:
            if self.doubled(group):
                self.say("update", group, written)
        elif group.state == OWED:
            self.still_owed(group, event, touched)
        elif group.state == ARMED:
            self.cross(group, event, touched, written)

    def still_owed(self, group, event, touched):
        """An alert is owed, and may be of this exec."""
        cover = open_one(touched)
        if self.oracle.owed(group):
            if self.oracle.peek("alert", group, event.index):
                self.open_owed(group)
        elif cover and not group.over_since:
            # It may have been no more over before this exec took it there, and was covered.
            self.maybe_covered += 1
            group.cover = cover
            self.enter(group, COVERED)

    def doubled(self, group):
        """Whether this exec doubled what the last record said."""
        distinct, events = 2 * group.base[0], 2 * group.base[1]
        if group.distinct[0] >= distinct or group.events >= events:
            return True
        return group.distinct[1] >= distinct and self.oracle.settle("update", group, group.last)

    def cross(self, group, event, touched, written):
        """Whether this exec takes an armed group over its threshold, and what then."""
        answer = group.over(event.time)
        if answer is False:
            return
        group.distinct = group.window.count(event.time)
        cover = open_one(touched)
        if cover:
            # Where times leave it open whether it is over, nothing is said in either case.
            group.cover = cover
            self.enter(group, COVERED)
        elif answer or self.oracle.settle("alert", group, event.index):
            self.open_scan(group, written)

    # ---- changes ----

    def set_rules(self, lines, now):
        """All rules are replaced, none of the old names stays: open scans end."""
        self.advance(now[0])
        for group in list(self.alive):
            if group.state == OPEN:
                self.say("end", group, (now[0], now[1] + self.lag), "cleared")
        self.alive = []
        self.groups = {}
        self.rules = [Rule(line) for line in lines]

    def finish(self, now):
        """No more execs; time goes on to `now`."""
        self.advance(now[0])
