# SPDX-License-Identifier: GPL-2.0-only
"""netscan - tests of the model and of the judge, on the cases that the rule names; prints TAP"""
import io
import sys
from contextlib import redirect_stdout

import judge
import model
import trace

SECOND = model.SECOND
SCAN = "scan by=parent,exe distinct=100 events=1 window=540 tools=ping,nping,hping,hping2,hping3," \
    "nc,ncat,netcat,socat"
SESSION = "session by=session distinct=100 events=1 window=540 tools=all"


class Bench:
    """A model with exact times, and short words to drive it."""

    def __init__(self, *rules, slots=128):
        self.said = model.Collector()
        self.model = model.Model(self.said, slots)
        self.now = 1000 * SECOND
        self.index = 0
        self.model.set_rules(rules, (self.now, self.now))

    def run(self, *args, **fields):
        """One exec a millisecond later; arguments as text or bytes."""
        self.now += SECOND // 1000
        self.index += 1
        tools = fields.pop("tools", ("ping",))
        known = {"parent": 1, "exe": "/usr/bin/ping", "session": 1, "uid": 0, "tool": "ping",
                 "cgroup": "/"}
        known.update(fields)
        args = [arg.encode() if isinstance(arg, str) else arg for arg in args]
        self.model.event(model.Event(self.index, (self.now, self.now), known, tools, args))

    def hosts(self, count, first=0, **fields):
        """ping -c 1 HOST, for so many hosts."""
        for host in range(first, first + count):
            self.run("ping", "-c", "1", "10.0.0.%d" % host, **fields)

    def wait(self, seconds):
        """Time passes."""
        self.now += int(seconds * SECOND)
        self.model.advance(self.now)

    def story(self):
        """What was said, but for updates: (kind, rule, exec)."""
        return [(said.kind, said.rule, said.index) for said in self.said.expected
                if said.kind != "update"]

    def counts(self):
        """What was said: (kind, distinct, events)."""
        return [(said.kind, said.distinct[0], said.events) for said in self.said.expected]


def test_the_97th_host_alerts():
    bench = Bench(SCAN)
    bench.hosts(96)
    assert bench.story() == []
    bench.hosts(1, 96)
    assert bench.story() == [("alert", "scan", 97)]
    assert bench.counts() == [("alert", 100, 97)]


def test_a_thousand_execs_of_fifty_hosts_are_silent():
    bench = Bench(SCAN, SESSION)
    for _ in range(20):
        bench.hosts(50)
    assert bench.story() == []


def test_one_exec_with_a_hundred_arguments_alerts():
    bench = Bench(SCAN)
    bench.run(*map(str, range(99)))
    assert bench.story() == []
    bench = Bench(SCAN)
    bench.run(*map(str, range(100)))
    assert bench.story() == [("alert", "scan", 1)]


def test_1024_bytes_count_and_1025_do_not():
    for size, alerts in ((1024, 1), (1025, 0)):
        bench = Bench(SCAN)
        bench.run(*map(str, range(99)), b"x" * size)
        assert len(bench.story()) == alerts, size


def test_the_other_arguments_of_a_long_one_count():
    bench = Bench(SCAN)
    bench.run(b"x" * 1025, *map(str, range(100)))
    assert bench.story() == [("alert", "scan", 1)]


def test_an_empty_argument_counts_once():
    bench = Bench(SCAN)
    bench.run(*map(str, range(99)), "", "")
    assert bench.counts() == [("alert", 100, 1)]


def test_an_argument_counts_once_wherever_it_stands():
    bench = Bench("r distinct=4")
    bench.run("nc", "1", "2")
    bench.run("1", "2", "nc")
    bench.run("2", "nc", "1")
    assert bench.story() == []
    bench.run("nc", "N", "1")
    assert bench.story() == [("alert", "r", 4)]


def test_bytes_are_compared():
    bench = Bench("r distinct=4")
    bench.run(b"a", b"A", b"a ", b"\xff")
    assert bench.story() == [("alert", "r", 1)]


def test_fields_make_groups():
    for field in ("parent", "exe", "session", "uid", "tool", "cgroup"):
        bench = Bench("r by=%s distinct=10" % field)
        bench.run(*map(str, range(9)), **{field: 7})
        bench.run(*map(str, range(20, 29)), **{field: 8})
        assert bench.story() == [], field
        bench.run("x", **{field: 7})
        assert bench.story() == [("alert", "r", 3)], field


def test_only_the_rule_s_tools_count():
    bench = Bench("r distinct=2 tools=nc,socat", "off enabled=0 distinct=1")
    bench.run("a", "b", tools=("ping",))
    bench.run("a", "b", tools=())
    assert bench.story() == []
    bench.run("a", "b", tools=("ping", "nc"))
    assert bench.story() == [("alert", "r", 3)]


def test_the_window_slides():
    for pause, alerts in ((539.9, 1), (540, 0)):
        bench = Bench(SCAN)
        bench.run(*map(str, range(60)))
        bench.now -= SECOND // 1000
        bench.wait(pause)
        bench.run(*map(str, range(60, 100)))
        assert len(bench.story()) == alerts, pause


def test_the_last_use_of_an_argument_is_what_ages():
    bench = Bench("r distinct=10 window=10")
    bench.run(*"123456789")
    bench.wait(6)
    bench.run(*"123456789")
    bench.wait(6)
    bench.run("x")
    assert bench.story() == [("alert", "r", 3)]


def test_events_are_those_in_the_window():
    bench = Bench("r distinct=2 events=3 window=10")
    bench.run("a", "b")
    bench.wait(6)
    bench.run("a", "b")
    bench.wait(6)
    bench.run("a", "b")
    assert bench.story() == []
    bench.run("a", "b")
    assert bench.story() == [("alert", "r", 4)]


def test_updates_come_with_each_doubling():
    bench = Bench("r distinct=10 window=540")
    bench.hosts(100)
    # 10 at the 7th exec; 20 at the 17th, though 14 events came first; then 34 events.
    assert bench.counts() == [("alert", 10, 7), ("update", 17, 14), ("update", 31, 28),
                              ("update", 59, 56)]


def test_updates_count_distinct_that_have_left():
    bench = Bench("r distinct=4 window=10")
    bench.run(*"abcd")
    bench.wait(6)
    bench.run(*"efg")
    bench.wait(6)
    bench.run(*"h")
    assert bench.counts() == [("alert", 4, 1), ("update", 7, 2)], bench.counts()
    bench.run(*"i")
    assert bench.counts()[2:] == [("update", 9, 4)]


def test_the_end_is_below_half_rounded_up():
    for distinct, lasts in ((10, 5), (11, 6)):
        bench = Bench("r distinct=%d window=10" % distinct)
        bench.run(*map(str, range(distinct)))
        bench.wait(5)
        bench.run(*map(str, range(lasts - 1)))
        bench.wait(4.99)
        assert len(bench.story()) == 1, distinct
        bench.wait(0.01)
        assert bench.story()[-1] == ("end", "r", 2), distinct


def test_half_is_enough_to_go_on():
    bench = Bench("r distinct=11 window=10")
    bench.run(*map(str, range(11)))
    bench.wait(5)
    bench.run(*map(str, range(6)))
    bench.wait(6)
    bench.run(*map(str, range(11)))
    assert bench.story() == [("alert", "r", 1)]


def test_after_the_end_what_is_left_counts():
    bench = Bench("r distinct=10 window=10")
    bench.run(*map(str, range(10)))
    bench.wait(9)
    bench.run(*"abcd")
    bench.wait(2)
    assert bench.story()[-1] == ("end", "r", 2)
    bench.run(*"efghi")
    assert len(bench.story()) == 2
    bench.run(*"j")
    assert bench.story()[-1] == ("alert", "r", 4)


def test_a_plain_loop_is_one_alert_by_scan():
    bench = Bench(SCAN, SESSION)
    bench.hosts(150)
    assert bench.story() == [("alert", "scan", 97)]


def test_a_subshell_for_each_probe_is_one_alert_by_session():
    bench = Bench(SCAN, SESSION)
    for host in range(150):
        bench.hosts(1, host, parent=host)
    assert bench.story() == [("alert", "session", 97)]


def test_a_covered_rule_alerts_when_the_scan_has_ended():
    bench = Bench("p by=parent distinct=5 window=10", "s by=session distinct=5 window=20")
    bench.run(*"abcde", parent=1)
    bench.wait(9)
    bench.wait(2)
    assert bench.story() == [("alert", "p", 1), ("end", "p", 1), ("alert", "s", 1)]
    bench.wait(10)
    assert bench.story()[3:] == [("end", "s", 1)]


def test_a_covered_rule_that_is_no_longer_over_is_silent():
    bench = Bench("p by=parent distinct=5 window=20", "s by=session distinct=5 window=10")
    bench.run(*"abcde")
    bench.wait(30)
    assert bench.story() == [("alert", "p", 1), ("end", "p", 1)]


def test_only_the_scan_that_an_event_belongs_to_covers():
    bench = Bench("p by=parent distinct=5", "s by=session distinct=8")
    bench.run(*"abcde", parent=1)
    bench.run(*"xyz", parent=2)
    assert bench.story() == [("alert", "p", 1), ("alert", "s", 2)]


def test_the_first_rule_is_never_covered():
    bench = Bench("p by=parent distinct=8", "s by=session distinct=5")
    bench.run(*"abcde")
    bench.run(*"xyz")
    assert bench.story() == [("alert", "s", 1), ("alert", "p", 2)]


def test_a_full_window_forgets_what_was_seen_least_recently():
    bench = Bench("r distinct=4", slots=4)
    bench.run(*"abcd")
    bench.run(*"ae")
    bench.run(*"bcde")
    bench.run(*"a")
    # b made room for e; a new b took the place of c, c that of d, d that of a.
    assert bench.counts() == [("alert", 4, 1), ("update", 5, 2), ("update", 9, 4)]


def test_an_open_scan_ends_with_its_rule():
    bench = Bench("r distinct=3")
    bench.run(*"abc")
    bench.model.set_rules(["r2 distinct=3"], (bench.now, bench.now))
    assert bench.story() == [("alert", "r", 1), ("end", "r", 1)]
    assert bench.said.expected[1].reason == "cleared"


def test_what_readings_cannot_tell_is_asked():
    class Asked(model.Collector):
        """Counts the questions."""
        def settle(self, kind, group, index):
            asked.append((kind, index))
            return False

    asked = []
    rule = model.Model(Asked())
    rule.set_rules(["r distinct=2 window=1"], (0, 0))
    fields = dict.fromkeys(model.FIELDS, 0)
    rule.event(model.Event(1, (0, 20), fields, ("ping",), [b"a"]))
    rule.event(model.Event(2, (SECOND + 5, SECOND + 15), fields, ("ping",), [b"b"]))
    assert asked == [("alert", 2)]
    rule.event(model.Event(3, (SECOND + 21, SECOND + 30), fields, ("ping",), [b"b"]))
    assert asked == [("alert", 2)]


def test_arguments_survive_a_trace():
    for arg in (b"", b"%", b"a b", b"\n", bytes(range(1, 256))):
        text = trace.encode(arg)
        assert trace.decode(text) == arg and " " not in text and "\n" not in text and text


# ---- the judge: what a module would write of a made-up trace, and the same with a mistake ----

class Writer(model.Collector):
    """Writes down records as netscan(4) has them."""

    lag = prompt = 0

    def __init__(self, played):
        super().__init__()
        self.played = played
        self.lines = []

    def first(self, said):
        """The first exec of a group's count: as many events ago as there were."""
        rule = self.rules[said.rule]
        mine = [step for step in self.played.execs[:said.index + 1]
                if not step.failed and rule.sees(step) and rule.key(step) == said.key]
        return mine[-said.events]

    def expect(self, expected):
        """One line more."""
        step = self.played.execs[expected.index]
        args = " ".join("".join("\\x%02x" % c for c in arg) for arg in step.argv)
        self.lines.append(
            'type=%s seq=%d time=%s rule=%s distinct=%d events=%d first=%s last=%s tool="%s" exe="/%s" '
            'parent_pid=%d pid=%d sid=%d uid=%d args_last="%s" argc=%d args_last_cut=0 reason=%s' % (
                expected.kind, len(self.lines) + 1, stamp(expected.time[0]), expected.rule,
                expected.distinct[1], expected.events, stamp(self.first(expected).time[0]),
                stamp(step.time[0]), step.fields["tool"], step.exe, step.parent, step.pid,
                step.session, step.fields["uid"], args, len(step.argv), expected.reason))


def stamp(time):
    """A time as a record has it."""
    return "%d.%09d" % divmod(time, SECOND)


def play(seed, execs, more=()):
    """A trace, played in no time at all: the log that the player would have written."""
    lines = trace.make(seed, execs)
    now, log, number = 1000 * SECOND, [], 0
    for line in lines:
        words = line.split(" ")
        if words[0] == "at":
            now = max(now, 1000 * SECOND + int(words[1]) * 1000000)
        elif words[0] == "rules":
            log.append("rules 0 %d %d" % (now, now))
        elif words[0] == "exec":
            number += 1
            now += 2000000
            error = 2 if trace.FILES[words[3]][0] is None else 0
            log.append("exec %d %d %d %d %d %d" % (
                error, 5000 + number, 7, 8, now, now))
    return judge.Played("/tmp", lines, log + list(more))


def write(played):
    """The records that belong to it."""
    writer = Writer(played)
    writer.rules = {rule.name: rule for step in played.steps if step[0] == "rules"
                    for rule in map(model.Rule, step[1])}
    played.run(writer)
    return writer.lines


def faults(played, lines):
    """How much the judge finds."""
    found = judge.Judge(played, [judge.Record(line) for line in lines])
    played.run(found)
    return len(found.foreign) + len(found.faults) + len(found.leftover())


PLAYED = play(3, 2000)
WRITTEN = write(PLAYED)


def test_the_judge_agrees_with_the_model():
    assert not PLAYED.faults
    kinds = [judge.Record(line).kind for line in WRITTEN]
    assert min(kinds.count(kind) for kind in ("alert", "update", "end")) > 20, len(kinds)
    assert faults(PLAYED, WRITTEN) == 0


def test_the_judge_misses_any_record():
    for at in range(0, len(WRITTEN), 97):
        assert faults(PLAYED, WRITTEN[:at] + WRITTEN[at + 1:]), WRITTEN[at]


def test_the_judge_allows_for_a_stall_and_no_more():
    late, end = 3 * SECOND, next(at for at, line in enumerate(WRITTEN)
                                 if judge.Record(line).kind == "end")
    time = judge.Record(WRITTEN[end]).values["time"]
    moved = stamp(judge.nanoseconds(time) + late)
    lines = [line.replace("time=" + time, "time=" + moved) if at == end else line
             for at, line in enumerate(WRITTEN)]
    assert faults(PLAYED, lines)
    stalled = play(3, 2000, ["stall %d" % late])
    assert not stalled.faults
    assert faults(stalled, lines) == 0


def test_the_judge_sees_one_record_too_many():
    for at in range(0, len(WRITTEN), 97):
        assert faults(PLAYED, WRITTEN[:at] + WRITTEN[at:at + 1] + WRITTEN[at:]), WRITTEN[at]


def test_the_judge_sees_a_record_of_another_exec():
    alerts = [at for at, line in enumerate(WRITTEN) if line.startswith("type=alert")]
    for at in alerts[::29]:
        index = PLAYED.find(judge.nanoseconds(judge.Record(WRITTEN[at]).values["last"]))
        other = WRITTEN[at].replace(stamp(PLAYED.execs[index].time[0]),
                                    stamp(PLAYED.execs[index - 1].time[0]))
        assert faults(PLAYED, WRITTEN[:at] + [other] + WRITTEN[at + 1:]), other


def test_the_judge_sees_a_model_that_is_off():
    records = [judge.Record(line) for line in WRITTEN]
    for name, change in judge.MUTANTS.items():
        assert judge.disagrees(PLAYED, records, change), name


def main():
    """Run what is named test_*, in the order it stands here."""
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    failed = 0
    print("1..%d" % len(tests))
    for number, (name, test) in enumerate(tests, 1):
        out = io.StringIO()
        try:
            with redirect_stdout(out):
                test()
            print("ok %d %s" % (number, name[5:].replace("_", " ")))
        except Exception as error:      # pylint: disable=broad-except
            failed += 1
            print("# line %d: %r" % (sys.exc_info()[2].tb_next.tb_lineno, error))
            print("not ok %d %s" % (number, name[5:].replace("_", " ")))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
