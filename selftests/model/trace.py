# SPDX-License-Identifier: GPL-2.0-only
"""netscan - random traces of execs: made from a seed, played by trace_run, read again here

A trace is text, one step a line:

    rules LINE;LINE;...              written to /proc/netscan/rules
    actor NUMBER LEADER UID          a process, leader of a session if LEADER is NUMBER
    at MILLISECONDS                  wait until then, from the start of the trace
    exec ACTOR KIND PATH ARGS...     one exec, PATH below the directory of tools

Kinds: direct, by the actor's child; fresh, by the child of a new child (a subshell);
orphan, by the child of one that has ended, so that the player is its parent; setsid,
by a child in a session of its own. In ARGS what is not a plain character is %XX, and
an empty one is a single %.

Bursts of execs begin every TICK, windows are odd numbers of seconds: so most of what
is in a window is far from its edge. One burst in eight begins off the grid, so that
edges meet execs as well.
"""
import random
import sys

TICK = 400
BURST = 36                  # execs in one tick, at most
EPOCH = 900                 # execs under one set of rules
TOOLS = ("ping", "nc", "hping3", "socat", "ncat")

# What the player finds below its directory: path, file it resolves to, names as tools.
# See trace_test.sh, which makes them. A path of no file is one whose exec fails.
FILES = {
    "a/ping": ("a/ping", ("ping",)),
    "b/ping": ("b/ping", ("ping",)),
    "a/nc": ("a/nc.openbsd", ("nc",)),
    "a/nc.openbsd": ("a/nc.openbsd", ("nc",)),
    "a/hping3": ("a/hping3", ("hping3",)),
    "a/socat": ("a/socat1", ("socat",)),
    "a/ncat": ("a/ncat", ("ncat",)),
    "a/pong": ("a/ping", ("ping",)),
    "c/ping": ("a/nc.openbsd", ("ping", "nc")),
    "s/ping": ("a/other", ("ping",)),
    "a/other": ("a/other", ()),
    "a/PING": ("a/PING", ()),
    "absent/ping": (None, ()),
    "x/ping": (None, ()),
    "t/ping": (None, ()),
}
SCRIPT = "s/ping"
FAILING = [path for path, (exe, _) in FILES.items() if exe is None]
STRANGERS = ["a/other", "a/PING"]
COMMON = ["a/ping", "a/nc", "a/hping3", "a/socat", "a/ncat"]
RARE = ["b/ping", "a/nc.openbsd", "a/pong", "c/ping", "s/ping"]


def encode(arg):
    """An argument as it stands in a trace."""
    text = "".join(chr(c) if 0x21 <= c <= 0x7e and c != 0x25 else "%%%02x" % c for c in arg)
    return text or "%"


def decode(text):
    """The argument again."""
    if text == "%":
        return b""
    parts = text.encode().split(b"%")
    return parts[0] + b"".join(bytes([int(p[:2], 16)]) + p[2:] for p in parts[1:])


class Scanner:
    """Somebody who runs one tool again and again, for a while, in one manner."""

    def __init__(self, rng, number, actor):
        self.rng = rng
        self.number = number
        self.actor = actor
        self.path = rng.choice(COMMON if rng.random() < 0.8 else RARE)
        self.kind = rng.choices(("direct", "fresh", "orphan", "setsid"), (70, 20, 5, 5))[0]
        self.style = rng.choices(("sweep", "again", "pool", "burst", "odd"), (50, 10, 20, 12, 8))[0]
        self.rate = rng.randint(1, 8)
        self.ticks = rng.randint(1, 12)
        self.host = 0

    def args(self):
        """The command line of the next exec, after argv[0]."""
        self.host += 1
        target = "10.%d.%d.%d" % (self.number % 250, self.host // 250, self.host % 250)
        if self.style == "again":
            target = "10.0.0.%d" % (self.host % 4)
        elif self.style == "pool":
            target = "10.1.0.%d" % self.rng.randrange(60)
        elif self.style == "burst":
            many = self.rng.choice((5, 20, 60, 99, 100, 130))
            return [b"%s.%d" % (target.encode(), i) for i in range(many)]
        elif self.style == "odd":
            return [self.odd(target.encode()) for _ in range(self.rng.randint(0, 4))]
        return [b"-c", b"1", target.encode()]

    def odd(self, target):
        """An argument that is easily got wrong."""
        return self.rng.choice((
            b"", b"-c", b"1", target, target + b" ", target.upper() + b"A", target + b"a",
            target + b"\n\"type=alert\"", bytes(self.rng.sample(range(1, 256), 20)),
            (target + b"x" * 1024)[:1024], (target + b"y" * 1025)[:1025]))

    def step(self):
        """One exec, as a line of the trace."""
        argv0 = self.path.split("/")[1].encode()
        if self.style == "odd" and self.rng.random() < 0.3:
            argv0 = b"another name"
        words = [encode(arg) for arg in [argv0] + self.args()]
        return "exec %d %s %s %s" % (self.actor, self.kind, self.path, " ".join(words))


def make_rules(rng, epoch):
    """Between two and six rules. The names are this epoch's own."""
    rules = []
    for number in range(rng.randint(2, 6)):
        by = rng.sample(("parent", "exe", "session", "uid", "tool"), rng.randint(1, 3))
        if number == 0 and rng.random() < 0.7:
            by = ["parent", "exe"]
        elif number == 1 and rng.random() < 0.7:
            by = ["session"]
        tools = "all"
        if rng.random() < 0.3:
            tools = ",".join(rng.sample(TOOLS, rng.randint(1, 4)))
        distinct = rng.choice((1, 2, 3, 5, 10, 11, 11, 20, 25, 40, 40, 64, 100, 100, 100, 128))
        rules.append("e%dr%d by=%s distinct=%d window=%d tools=%s" % (
            epoch, number, ",".join(by), distinct, rng.choice((1, 3, 3, 5, 5, 7)), tools))
    return rules


def make_actors(rng, first):
    """Sessions with some parents each: (actor, leader, uid)."""
    actors = []
    for _ in range(rng.randint(2, 4)):
        leader = first + len(actors)
        actors.append((leader, leader, rng.choice((0, 0, 1001, 1002))))
        for _ in range(rng.randint(0, 3)):
            actors.append((first + len(actors), leader, rng.choice((0, 1001, 1002))))
    return actors


def make_burst(rng, scanners):
    """What happens in one tick: the scanners' execs in a random order, and some others'."""
    steps = [s for s in scanners for _ in range(s.rate)]
    rng.shuffle(steps)
    lines = []
    for scanner in steps[:BURST]:
        if rng.random() < 0.03:
            lines.append("exec %d direct %s ping %s" % (
                scanner.actor, rng.choice(FAILING + STRANGERS), encode(b"%d" % rng.getrandbits(30))))
        lines.append(scanner.step())
    return lines


def make_epoch(rng, epoch, old, start, actors, want):
    """Lines of one set of rules, the names of which are returned, and the tick it ends at."""
    rules = make_rules(rng, epoch)
    lines = ["rules " + ";".join(["-" + name for name in old] + rules)]
    lines += ["actor %d %d %d" % actor for actor in actors]
    scanners, tick, number, made = [], start, 0, 0
    while made < want:
        tick += 1
        if rng.random() < 0.04:
            tick += rng.randint(2, 20)
        while len(scanners) < 10 and rng.random() < 0.8:
            number += 1
            scanners.append(Scanner(rng, epoch * 50 + number, rng.choice(actors)[0]))
        shift = rng.randrange(TICK) if rng.random() < 0.125 else 0
        burst = make_burst(rng, scanners)
        lines.append("at %d" % (tick * TICK + shift))
        lines += burst
        made += len(burst)
        tick += (shift > TICK // 2)
        for scanner in scanners:
            scanner.ticks -= 1
        scanners = [s for s in scanners if s.ticks > 0]
    return lines, [rule.split()[0] for rule in rules], tick


def make(seed, execs, old=("scan", "session")):
    """A whole trace, as lines. It ends when all windows are empty."""
    rng = random.Random(seed)
    lines, tick, first, epoch, made = [], 0, 1, 0, 0
    while made < execs:
        actors = make_actors(rng, first)
        first += len(actors)
        part, old, tick = make_epoch(rng, epoch, old, tick, actors, min(EPOCH, execs - made))
        made += sum(line.startswith("exec ") for line in part)
        lines += part
        epoch += 1
        tick += rng.randint(1, 4)
        lines.append("at %d" % (tick * TICK))
    return lines + ["at %d" % (tick * TICK + 10000)]


def fields(number, words, actors):
    """What rules group by, of the exec with this number, from the trace alone."""
    actor, kind, path = int(words[1]), words[2], words[3]
    leader, uid = actors[actor]
    exe, tools = FILES[path]
    parent = {"direct": actor, "setsid": actor, "fresh": "fresh%d" % number, "orphan": "player"}
    return {
        "parent": parent[kind], "exe": exe, "uid": uid, "tool": tools[0] if tools else None,
        "session": "own%d" % number if kind == "setsid" else leader,
    }


def argv(words, directory):
    """The argument vector that the program finds; of a script, the kernel makes another."""
    args = [decode(word) for word in words[4:]]
    if words[3] != SCRIPT:
        return args
    return [("%s/a/other" % directory).encode(), ("%s/%s" % (directory, SCRIPT)).encode()] + args[1:]


if __name__ == "__main__":
    print("\n".join(make(int(sys.argv[1]), int(sys.argv[2]))))
