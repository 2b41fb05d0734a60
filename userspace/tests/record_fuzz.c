// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - libFuzzer target: any bytes as a record
 *
 * Beside the sanitizers it checks that what is understood can be put together
 * again to the very same line, and that nothing but printable ASCII and newlines
 * of ours gets out, and colours where they are wanted, which change nothing else.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../pretty.h"
#include "../record.h"

static void need(bool ok)
{
	if (!ok)
		abort();
}

/* Takes @text off the front of what is left of the line. */
static void expect(const char **p, const char *end, const char *text, size_t len)
{
	need((size_t)(end - *p) >= len && !memcmp(*p, text, len));
	*p += len;
}

static void check_fields(const struct record *rec, const char *line, size_t size)
{
	const char *p = line, *end = line + size;
	const struct record_field *f;
	size_t i;

	for (i = 0; i < rec->nr_fields; i++) {
		f = &rec->fields[i];
		if (i)
			expect(&p, end, " ", 1);
		expect(&p, end, f->key.p, f->key.len);
		expect(&p, end, f->quoted ? "=\"" : "=", f->quoted ? 2 : 1);
		expect(&p, end, f->value.p, f->value.len);
		expect(&p, end, "\"", f->quoted);
	}
	need(p == end);
}

static void check_args(const struct record *rec, const char *key)
{
	struct record_text text = record_get(rec, key), rest = text, arg;
	size_t sum = 0, n = 0;

	while (record_next_arg(&rest, &arg)) {
		sum += arg.len;
		n++;
	}
	need(!text.p || sum + n - 1 == text.len);
}

static void check_output(const struct output *out)
{
	size_t i;

	for (i = 0; i < out->len; i++)
		need(out->data[i] == '\n' || (out->data[i] >= ' ' && out->data[i] <= '~'));
	need(!out->len || out->data[out->len - 1] == '\n');
}

/* The same without what sets colours: an escape, "[", digits, "m". */
static void check_colours(const struct output *coloured, const struct output *plain)
{
	size_t i = 0, n = 0;

	while (i < coloured->len) {
		if (coloured->data[i] != '\033') {
			need(n < plain->len && coloured->data[i++] == plain->data[n++]);
			continue;
		}
		need(coloured->len - i > 2 && coloured->data[i + 1] == '[');
		for (i += 2; i < coloured->len && coloured->data[i] != 'm'; i++)
			need((coloured->data[i] >= '0' && coloured->data[i] <= '9') ||
			     coloured->data[i] == ';');
		need(i++ < coloured->len);
	}
	need(n == plain->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct output out, coloured;
	const char *line = (const char *)data;
	struct record rec;

	if (size > NETSCAN_RECORD_MAX)
		size = NETSCAN_RECORD_MAX;
	output_reset(&out);
	output_reset(&coloured);
	if (record_parse(&rec, line, size)) {
		check_fields(&rec, line, size);
		check_args(&rec, "args_first");
		check_args(&rec, "args_last");
		pretty_record(&out, &rec, false);
		pretty_record(&coloured, &rec, true);
	} else {
		pretty_unknown(&out, line, size, false);
		pretty_unknown(&coloured, line, size, true);
	}
	check_output(&out);
	check_colours(&coloured, &out);
	need(!out.cut && !coloured.cut);
	return 0;
}
