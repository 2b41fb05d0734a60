// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - how many targets an argument spells
 *
 * Design: one argument is looked at alone, without its tool or its option, so
 * what is read is only what the watched tools read as more than one target,
 * each with its own laxness, lest a blank or a comma too many hide a sweep:
 *
 *	20-30 30-20	nc, nc.openbsd and hping3 put a reversed range in order
 *	20,30-40,	lists: their sum; parts that overlap are counted twice
 *	[20-30] 20 - 30	nping takes brackets, and blanks before a number
 *	-p-30 -p60000-	nping's open ends; 1 and 65535 are meant
 *	0x14-0x1e +30	numbers as strtol() reads them
 *	all known !22	hping3's words; what is excluded is not taken off, since
 *			it may exclude what was never included
 *	+80 ++80	hping3 goes on from there: all ports up to 65535
 *	10.0.0-3.1,5-	nping: octets are lists of ranges, '*' is all of one
 *	10.0.x.x	hping3 --rand-dest
 *	10.0.0.0/24 host.example/24 2001:db8::/64
 *			a name needs a dot, lest a file be taken for a network
 *	-p20-30 -820-30 --dest-port=20-30 --dest-ip=10.0.0.0/24
 *			values attached to -p, to hping3's -8 and to long options;
 *			hosts only to an option that begins with dest
 *
 * Anything else is one target: dates, MAC addresses, negative numbers, ports
 * above 65535, octets above 255, and reversed ones, which nping refuses.
 *
 * Context: any, kprobe included. Every byte is looked at a few times at most,
 * and none beyond the length given.
 */
#include "span.h"

#define MAX_PORT	65535U
#define MAX_OCTET	255U
#define BLANKS		" \t\n\v\f\r"

/* What is left to read. */
struct text {
	const char *p;
	const char *end;
};

static bool at_end(const struct text *t)
{
	return t->p == t->end;
}

static bool take(struct text *t, char c)
{
	if (at_end(t) || *t->p != c)
		return false;
	t->p++;
	return true;
}

static bool take_word(struct text *t, const char *word)
{
	size_t len = strlen(word);

	if (t->end - t->p < len || memcmp(t->p, word, len))
		return false;
	t->p += len;
	return true;
}

static void skip(struct text *t, const char *set)
{
	while (!at_end(t) && *t->p && strchr(set, *t->p))
		t->p++;
}

/* What a digit is worth, or @base. */
static u32 digit(char c, u32 base)
{
	u32 n = base;

	if (c >= '0' && c <= '9')
		n = c - '0';
	else if (c >= 'a' && c <= 'f')
		n = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		n = c - 'A' + 10;
	return min(n, base);
}

/* A number up to @high, or @none where there is no digit. */
static bool read_number(struct text *t, u32 none, u32 high, u32 *n)
{
	u32 base = 10, value = 0;

	if (t->end - t->p > 2 && t->p[0] == '0' && (t->p[1] | 0x20) == 'x' &&
	    digit(t->p[2], 16) < 16) {
		base = 16;
		t->p += 2;
	}
	*n = none;
	while (!at_end(t) && digit(*t->p, base) < base) {
		value = min(value * base + digit(*t->p++, base), high + 1);
		*n = value;
	}
	return value <= high;
}

/* One of a list of ports; an empty one is none. */
static bool add_ports(struct text *t, u32 *sum)
{
	u32 low, high, nr;
	const char *begin;
	bool excluded;

	skip(t, BLANKS "[");
	excluded = take(t, '!');
	begin = t->p;
	if (take_word(t, "all")) {
		nr = MAX_PORT + 1;
	} else if (take_word(t, "known")) {
		nr = NETSCAN_KNOWN_PORTS;
	} else {
		if (!read_number(t, 1, MAX_PORT, &low))
			return false;
		high = low;
		skip(t, BLANKS);
		if (take(t, '-')) {
			skip(t, BLANKS);
			take(t, '+');
			if (!read_number(t, MAX_PORT, MAX_PORT, &high))
				return false;
		}
		nr = max(low, high) - min(low, high) + 1;
	}
	if (!excluded && t->p > begin)
		*sum = min(*sum + nr, NETSCAN_MAX_SPAN);
	skip(t, BLANKS "]");
	return true;
}

static u32 weigh_ports(struct text t)
{
	u32 sum = 0;

	do {
		if (!add_ports(&t, &sum))
			return 1;
	} while (take(&t, ','));
	return at_end(&t) && sum ? sum : 1;
}

/* A port to go on from. */
static u32 weigh_rest(struct text t)
{
	u32 port;

	if (take(&t, '+'))
		take(&t, '+');
	if (at_end(&t) || !read_number(&t, 0, MAX_PORT, &port) || !at_end(&t))
		return 1;
	return min(MAX_PORT - port + 1, NETSCAN_MAX_SPAN);
}

static bool add_octets(struct text *t, u32 *sum)
{
	u32 low, high = MAX_OCTET;

	if (take(t, '*')) {
		low = 0;
	} else {
		if (!read_number(t, 0, MAX_OCTET, &low))
			return false;
		if (!take(t, '-'))
			high = low;
		else if ((!at_end(t) && *t->p == '-') ||
			 !read_number(t, MAX_OCTET, MAX_OCTET, &high))
			return false;
	}
	/* What nping reads with atoi() ends where that stops. */
	skip(t, "0123456789*-");
	*sum = min(*sum + high - low + 1, MAX_OCTET + 1);
	return low <= high;
}

static bool read_octet(struct text *t, u32 *nr)
{
	*nr = 0;
	if (take(t, 'x')) {
		*nr = MAX_OCTET + 1;
		return true;
	}
	do {
		if (!add_octets(t, nr))
			return false;
	} while (take(t, ','));
	return true;
}

/* Four octets, of which the first @bits bits stay as they are; 0 if not. */
static u32 weigh_octets(struct text t, u32 bits)
{
	u64 product = 1;
	u32 i, nr, fixed;

	for (i = 0; i < 4; i++) {
		if ((i && !take(&t, '.')) || !read_octet(&t, &nr))
			return 0;
		fixed = bits > 8 * i ? min(bits - 8 * i, 8U) : 0;
		nr = fixed ? min(nr << (8 - fixed), MAX_OCTET + 1) :
			     MAX_OCTET + 1;
		product *= nr;
	}
	return at_end(&t) ? min_t(u64, product, NETSCAN_MAX_SPAN) : 0;
}

static bool is_name(const struct text *t)
{
	bool dot = false, letter = false;
	const char *p;

	for (p = t->p; p < t->end; p++) {
		if ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')
			letter = true;
		else if (*p == '.')
			dot = true;
		else if (digit(*p, 10) == 10 && *p != '-' && *p != '_')
			return false;
	}
	return dot && letter && *t->p != '.';
}

static bool is_ipv6(const struct text *t)
{
	const char *p;
	u32 colons = 0;

	for (p = t->p; p < t->end; p++) {
		if (*p == ':')
			colons++;
		else if (digit(*p, 16) == 16 && *p != '.')
			return false;
	}
	return colons >= 2;
}

static u32 weigh_bits(u32 bits)
{
	return bits < 16 ? 1U << bits : NETSCAN_MAX_SPAN;
}

static u32 weigh_hosts(struct text t)
{
	struct text host = { t.p, t.p };
	u32 bits, nr;

	while (host.end < t.end && *host.end != '/')
		host.end++;
	t.p = host.end;
	if (!take(&t, '/'))
		return max(weigh_octets(host, 32), 1U);
	if (at_end(&t) || digit(*t.p, 10) == 10 ||
	    !read_number(&t, 0, 128, &bits) || !at_end(&t))
		return 1;
	if (is_ipv6(&host))
		return weigh_bits(128 - bits);
	if (bits > 32)
		return 1;
	nr = weigh_octets(host, bits);
	if (!nr && is_name(&host))
		nr = weigh_bits(32 - bits);
	return max(nr, 1U);
}

static u32 weigh_value(struct text t, bool hosts)
{
	u32 nr;

	if (!at_end(&t) && *t.p == '+')
		return weigh_rest(t);
	nr = weigh_ports(t);
	return nr == 1 && hosts ? weigh_hosts(t) : nr;
}

/* An option behind its first '-': does its value come attached? */
static u32 weigh_option(struct text t)
{
	struct text value = t;
	bool dest;

	while (!at_end(&value) && *value.p != '=')
		value.p++;
	if (take(&value, '=')) {
		take(&t, '-');
		dest = take_word(&t, "dest");
		return weigh_value(value, dest);
	}
	if (take(&t, 'p'))
		return weigh_value(t, false);
	if (take(&t, '8') && !at_end(&t) && *t.p != '-')
		return weigh_value(t, false);
	return 1;
}

/**
 * netscan_span_weigh() - how many targets an argument spells
 * @arg: the argument, need not end in NUL
 * @len: its length
 *
 * Context: any.
 *
 * Return: 1 to NETSCAN_MAX_SPAN.
 */
u32 netscan_span_weigh(const char *arg, size_t len)
{
	struct text t = { arg, arg + len };

	return take(&t, '-') ? weigh_option(t) : weigh_value(t, true);
}
