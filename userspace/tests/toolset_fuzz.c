// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - libFuzzer target: any bytes as the module's file of tools
 *
 * Beside the sanitizers it checks that what is added is listed from then on, and
 * that the lines that add it are such as are understood.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../toolset.h"

static void need(bool ok)
{
	if (!ok)
		abort();
}

/* Each name, with one letter more for a prefix, is some tool's. */
static void check_names(const struct toolset *set)
{
	char name[NETSCAN_MAX_NAME + 1];
	const struct toolset_name *n;
	int tool;

	for (n = set->name; n < set->name + set->nr_names; n++) {
		need(n->tool >= 0 && n->tool < set->nr_tools);
		need(n->len < NETSCAN_MAX_NAME);
		memcpy(name, n->text, n->len);
		name[n->len] = 'x';
		name[n->len + n->prefix] = '\0';
		tool = toolset_find(set, name);
		need(tool >= 0 && tool < set->nr_tools);
	}
	need(toolset_find(set, "/") < set->nr_tools);
}

/* An id for a tool: its line, read like those of the module's file, lists it. */
static void check_added(struct toolset *set, int tool, const unsigned char *id, size_t len)
{
	char line[TOOLSET_LINE];
	struct toolset *other;
	size_t size;
	int err;

	toolset_is_runner(set, tool);
	err = toolset_add(set, tool, id, len);
	need(err ? err == -E2BIG && set->nr_ids == NETSCAN_MAX_BUILD_IDS :
		   toolset_has_id(set, id, len));
	size = toolset_line(set, tool, line);
	need(size < sizeof(line) && (!size || line[size - 1] == '\n'));
	if (err || !*set->tool[tool] || strchr("#+-", *set->tool[tool]))
		return;
	other = calloc(1, sizeof(*other));
	need(other && !toolset_parse(other, line) && toolset_has_id(other, id, len));
	free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char id[NETSCAN_MAX_BUILD_ID] = { 0x0a, 0xff };
	static struct toolset set;
	char *text = calloc(1, size + 1);
	int tool, err;

	need(text);
	memcpy(text, data, size);
	memset(&set, 0, sizeof(set));
	err = toolset_parse(&set, text);
	need(!err || err == -EINVAL || err == -E2BIG);
	if (!err) {
		check_names(&set);
		for (tool = 0; tool < set.nr_tools; tool++)
			check_added(&set, tool, id, tool % 2 ? sizeof(id) : NETSCAN_MIN_BUILD_ID);
	}
	free(text);
	return 0;
}
