# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - how much stack the module's own functions take on the deepest way from one of them
#
# Usage: awk -v from=FUNCTION -v limit=BYTES -f stack.awk FILE.ci...; the files are those of gcc's
# -fcallgraph-info=su. Prints the way, a line for each function, and the sum. The status is not 0
# if that is over the limit, or if a function on a way from there calls itself by whatever way, has
# a frame that has no bound, or calls by a pointer that is not listed here.

BEGIN {
	# What a pointer that is called leads to, by the file that the call stands in; what begins
	# with a '-' is the kernel's and takes of its own.
	leads["life.c"] = "netscan_queue_emit"
	leads["table.c"] = "netscan_life_evicted"
	leads["excepted.c"] = "in_cgroup"
	leads["dcache.h"] = "- d_real() of the file system"
	bad = 0
}

# part KEY - the text behind it, in quotes
function part(key,	p, rest)
{
	p = index($0, key ": \"")
	rest = substr($0, p + length(key) + 3)
	return substr(rest, 1, index(rest, "\"") - 1)
}

# A function's name, with its file where it is static.
function name_of(title)
{
	sub(/^.*\//, "", title)
	return title
}

/^node: / && match($0, /[0-9]+ bytes \([a-z,]+\)/) {
	split(substr($0, RSTART, RLENGTH), frame, " ")
	name = name_of(part("title"))
	bytes[name] = frame[1]
	kind[name] = frame[3]
	short = name
	sub(/^.*:/, "", short)
	known[short] = name
}

/^edge: / {
	caller = name_of(part("sourcename"))
	callee = name_of(part("targetname"))
	if (callee == "__indirect_call") {
		place = name_of(part("label"))
		sub(/:.*/, "", place)
		callee = place in leads ? leads[place] : "?" place
	}
	calls[caller, ++nr[caller]] = callee
}

function complain(text)
{
	print text
	bad = 1
}

# deepest NAME - the bytes of the deepest way from it, which next_of then tells
function deepest(name,	i, callee, sum, most)
{
	if (name in depth)
		return depth[name]
	if (name in open) {
		complain(name " calls itself")
		return 0
	}
	open[name] = 1
	# Of one that is bounded, the bound is told.
	if (kind[name] !~ /^\((static|dynamic,bounded)\)$/)
		complain(name " has a frame of no fixed size " kind[name])
	for (i = 1; i <= nr[name]; i++) {
		callee = calls[name, i]
		if (callee ~ /^\?/)
			complain(name " calls by a pointer in " substr(callee, 2) \
				 ", which leads nobody knows where")
		if (!(callee in bytes) && callee in known)
			callee = known[callee]
		if (!(callee in bytes))
			continue
		sum = deepest(callee)
		if (sum > most) {
			most = sum
			next_of[name] = callee
		}
	}
	delete open[name]
	depth[name] = bytes[name] + most
	return depth[name]
}

END {
	if (!(from in known)) {
		print "there is no function " from
		exit 1
	}
	sum = deepest(known[from])
	for (name = known[from]; name != ""; name = next_of[name])
		printf "%5d  %s\n", bytes[name], name
	printf "%5d  bytes of stack from %s, of %d at most\n", sum, from, limit
	exit bad || sum > limit
}
