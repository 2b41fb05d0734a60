// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - globs beside a plain reading of what they mean, on random strings
 *
 * The model makes the joined command line in full, as a list of symbols, and
 * tries every way in which a '*' can stand for some of them.
 */
#include "glob.h"
#include "test.h"

#define MAX_SYMBOLS	64

/* The end of an argument, a number of anything, one of anything. */
enum { END = 256, ANY, ONE };

struct symbols {
	u16 at[MAX_SYMBOLS];
	u32 nr;
};

static void add(struct symbols *s, u16 symbol)
{
	if (s->nr == MAX_SYMBOLS)
		shim_die("too many symbols");
	s->at[s->nr++] = symbol;
}

static bool matches(const u16 *glob, u32 nr, const u16 *text, u32 len)
{
	if (!nr)
		return !len;
	if (*glob == ANY)
		return matches(glob + 1, nr - 1, text, len) ||
		       (len && matches(glob, nr, text + 1, len - 1));
	return len && (*glob == ONE || *glob == *text) &&
	       matches(glob + 1, nr - 1, text + 1, len - 1);
}

/* One more symbol of a glob, and how somebody may have written it. */
static void write_symbol(struct test_random *r, struct symbols *glob,
			 char *text)
{
	static const u16 some[] = {
		ANY, ANY, ONE, END, 'a', 'b', 'a', ' ', '*', '?', '\\', '"', 0xe4,
	};
	u16 symbol = some[test_below(r, ARRAY_SIZE(some))];
	bool escape = symbol < END &&
		      (!test_below(r, 4) || strchr(" *?\\\"", symbol));

	add(glob, symbol);
	text += strlen(text);
	if (symbol == ANY)
		strcpy(text, "*");
	else if (symbol == ONE)
		strcpy(text, "?");
	else if (symbol == END)
		strcpy(text, " ");
	else
		sprintf(text, escape ? test_below(r, 2) ? "\\x%02x" : "\\x%02X" :
			"%c", symbol);
}

static size_t write_line(struct test_random *r, struct symbols *line, char *text)
{
	static const u16 some[] = {
		END, 'a', 'a', 'b', 'b', ' ', '*', '?', '\\', '"', 0xe4, 'x',
	};
	size_t len = test_below(r, 12), i;

	line->nr = 0;
	for (i = 0; i < len; i++) {
		add(line, some[test_below(r, test_below(r, 2) ? 4 :
					  ARRAY_SIZE(some))]);
		text[i] = line->at[i] == END ? '\0' : line->at[i];
	}
	return len;
}

/* A line that the glob was made for, so that enough of them match. */
static size_t follow_glob(struct test_random *r, const struct symbols *glob,
			  struct symbols *line, char *text)
{
	u32 i, n;

	line->nr = 0;
	for (i = 0; i < glob->nr; i++) {
		n = glob->at[i] == ANY ? test_below(r, 3) : 1;
		for (; n; n--)
			add(line, glob->at[i] < ANY ? glob->at[i] :
				  test_below(r, 2) ? 'a' : END);
	}
	if (line->nr && !test_below(r, 4))
		line->at[test_below(r, line->nr)] = 'b';
	for (i = 0; i < line->nr; i++)
		text[i] = line->at[i] == END ? '\0' : line->at[i];
	return line->nr;
}

static void check_once(struct test_random *r, u64 *matched)
{
	char text[MAX_SYMBOLS], written[256] = "", glob[NETSCAN_MAX_PATTERN];
	char again[NETSCAN_MAX_PATTERN], *exact;
	struct symbols g = { .nr = 0 }, line;
	u32 steps = NETSCAN_GLOB_STEPS, n;
	size_t len;
	bool got, want;

	for (n = test_below(r, 9); n; n--)
		write_symbol(r, &g, written);
	EQUAL(netscan_glob_make(written, glob), 0);
	EQUAL(netscan_glob_make(glob, again), 0);
	TEXT_EQUAL(glob, again);
	len = test_below(r, 2) ? write_line(r, &line, text) :
				 follow_glob(r, &g, &line, text);
	exact = malloc(len + !len);
	memcpy(exact, text, len);
	got = netscan_glob_match(glob, exact, len, &steps);
	free(exact);
	want = matches(g.at, g.nr, line.at, line.nr);
	*matched += want;
	if (got != want)
		test_fail(__FILE__, __LINE__,
			  "'%s' on %zu bytes '%.*s' gives %d", glob, len,
			  (int)len, text, got);
	if (NETSCAN_GLOB_STEPS - steps > (len + 1) * (strlen(glob) + 1))
		test_fail(__FILE__, __LINE__, "'%s' takes %u steps", glob,
			  NETSCAN_GLOB_STEPS - steps);
}

static void like_the_model(void)
{
	u64 i, nr = test_scale(100000), matched = 0;
	struct test_random r;

	test_seed(&r, 1);
	for (i = 0; i < nr && !test_failed(); i++)
		check_once(&r, &matched);
	CHECK(matched > nr / 10 && matched < nr - nr / 10);
}

/* Whatever stops for want of steps says no, and has none left. */
static void few_steps(void)
{
	char glob[] = "*aab*", text[64];
	u32 given, steps;

	memset(text, 'a', sizeof(text));
	text[63] = 'b';
	steps = 1000;
	CHECK(netscan_glob_match(glob, text, sizeof(text), &steps));
	for (given = 0; given < 1000 - steps; given++) {
		u32 left = given;

		CHECK(!netscan_glob_match(glob, text, sizeof(text), &left));
		EQUAL(left, 0);
	}
	CHECK(netscan_glob_match(glob, text, sizeof(text), &given));
}

static void empty(void)
{
	u32 steps = 0;

	CHECK(netscan_glob_match("", NULL, 0, &steps));
	CHECK(netscan_glob_match("*", NULL, 0, &steps));
	CHECK(netscan_glob_match("***", NULL, 0, &steps));
	CHECK(!netscan_glob_match("?", NULL, 0, &steps));
	CHECK(!netscan_glob_match("*a", NULL, 0, &steps));
	steps = 9;
	CHECK(!netscan_glob_match("", "a", 1, &steps));
	CHECK(!netscan_glob_match("", "", 1, &steps));
	CHECK(netscan_glob_match(" ", "", 1, &steps));
}

static const struct test tests[] = {
	{ "as the model, on random strings", like_the_model },
	{ "without enough steps", few_steps },
	{ "of nothing", empty },
};

int main(void)
{
	return test_main("property_glob", tests, ARRAY_SIZE(tests));
}
