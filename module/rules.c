// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - rules: parse and print
 *
 * Design: one rule a line, `name key=value...`; what a line does not name stays
 * as it is. The text that netscan_rules_print() makes gives the same rules
 * when parsed again. Parsing works on a copy that the caller throws away on
 * error, so that a bad line changes nothing.
 *
 * Context: process.
 */
#include "exceptions.h"
#include "lines.h"
#include "rules.h"
#include "tools.h"

static const char * const by_names[] = {
	"parent", "exe", "session", "cgroup", "uid", "tool",
};

static const char defaults[] =
	"scan by=parent,exe distinct=100 events=1 window=540\n"
	"scan tools=ping,nping,hping,hping2,hping3,nc,ncat,netcat,socat\n"
	"session by=session distinct=100 events=1 window=540 tools=all\n"
	"span enabled=0 by=parent,exe count=span distinct=100 tools=all\n";

/* What a new rule starts from. */
static const struct netscan_rule new_rule = {
	.tools = U32_MAX,
	.window = 540,
	.distinct = 100,
	.events = 1,
	.by = NETSCAN_BY_PARENT | NETSCAN_BY_EXE,
	.enabled = true,
};

static int parse_number(const char *text, u32 low, u32 high, u32 *out)
{
	int err;
	u32 n;

	if (!isdigit(text[0]))
		return -EINVAL;
	err = kstrtou32(text, 10, &n);
	if (err)
		return err;
	if (n < low || n > high)
		return -ERANGE;
	*out = n;
	return 0;
}

static int parse_by(char *text, u8 *out)
{
	char *word;
	u8 by = 0;
	u32 i;

	while ((word = strsep(&text, ","))) {
		for (i = 0; i < ARRAY_SIZE(by_names); i++)
			if (!strcmp(word, by_names[i]))
				break;
		if (i == ARRAY_SIZE(by_names))
			return -EINVAL;
		by |= BIT(i);
	}
	*out = by;
	return 0;
}

enum field { ENABLED, BY, COUNT, DISTINCT, EVENTS, WINDOW, TOOLS, NR_FIELDS };

static const struct netscan_field fields[] = {
	[ENABLED] = { "enabled", "enabled is 0 or 1" },
	[BY] = { "by",
		 "by is a list of parent, exe, session, cgroup, uid, tool" },
	[COUNT] = { "count", "count is args or span" },
	[DISTINCT] = { "distinct",
		       "distinct is 1 to the number of slots, or to 1000000 with count=span" },
	[EVENTS] = { "events", "events is 1 to 2147483647" },
	[WINDOW] = { "window", "window is 1 to 86400 seconds" },
	[TOOLS] = { "tools",
		    "tools is all, or a list of names from the tools file" },
};

static int parse_value(struct netscan_config *cfg, struct netscan_rule *r,
		       enum field field, char *value)
{
	u32 n;
	int err;

	switch (field) {
	case ENABLED:
		err = parse_number(value, 0, 1, &n);
		if (!err)
			r->enabled = n;
		return err;
	case BY:
		return parse_by(value, &r->by);
	case COUNT:
		r->span = !strcmp(value, "span");
		return r->span || !strcmp(value, "args") ? 0 : -EINVAL;
	case DISTINCT:
		return parse_number(value, 1, NETSCAN_MAX_SUM, &r->distinct);
	case EVENTS:
		return parse_number(value, 1, NETSCAN_MAX_EVENTS, &r->events);
	case WINDOW:
		return parse_number(value, 1, NETSCAN_MAX_WINDOW, &r->window);
	default:
		if (!strcmp(value, "all")) {
			r->tools = U32_MAX;
			return 0;
		}
		return netscan_tools_parse_list(&cfg->tools, value, &r->tools);
	}
}

/**
 * netscan_rules_find() - find a rule by its name
 * @cfg: the configuration
 * @name: the name
 *
 * Context: any.
 * Return: index of netscan_config.rule, or -EINVAL.
 */
int netscan_rules_find(const struct netscan_config *cfg, const char *name)
{
	u32 i;

	for (i = 0; i < cfg->nr_rules; i++)
		if (!strcmp(cfg->rule[i].name, name))
			return i;
	return -EINVAL;
}

static struct netscan_rule *find_rule(struct netscan_config *cfg,
				      const char *name)
{
	int i = netscan_rules_find(cfg, name);

	return i < 0 ? NULL : &cfg->rule[i];
}

static int remove_rule(struct netscan_config *cfg, char *name, const char **why)
{
	struct netscan_rule *r = find_rule(cfg, name);

	if (!r) {
		*why = "no such rule";
		return -EINVAL;
	}
	if (netscan_exceptions_name_rule(cfg, name)) {
		*why = "an exception names this rule";
		return -EINVAL;
	}
	cfg->nr_rules--;
	memmove(r, r + 1, (cfg->rule + cfg->nr_rules - r) * sizeof(*r));
	memset(&cfg->rule[cfg->nr_rules], 0, sizeof(*r));
	return 0;
}

static int set_rule(struct netscan_config *cfg, char *line, const char **why)
{
	char *name = strsep(&line, " \t"), *word, *value;
	bool full = cfg->nr_rules == NETSCAN_MAX_RULES;
	struct netscan_rule *old = find_rule(cfg, name);
	struct netscan_rule r = old ? *old : new_rule;
	u32 given = 0;
	int err, field;

	if (!old) {
		if (!netscan_lines_valid_name(name)) {
			*why = "a rule's name is a letter and up to 30 letters, digits, '-' or '_'";
			return -EINVAL;
		}
		if (full) {
			*why = "16 rules are the most";
			return -ERANGE;
		}
		memcpy(r.name, name, strlen(name));
	}
	while ((word = strsep(&line, " \t"))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		if (!value) {
			*why = "a field is key=value";
			return -EINVAL;
		}
		*value++ = '\0';
		field = netscan_lines_field(fields, NR_FIELDS, word, &given, why);
		err = field < 0 ? field : parse_value(cfg, &r, field, value);
		if (err)
			return err;
	}
	if (!r.span && r.distinct > cfg->slots) {
		*why = fields[DISTINCT].hint;
		return -ERANGE;
	}
	/* What one entry of a group's events stands for, see life.c, is kept. */
	if (!old || r.by != old->by || r.span != old->span ||
	    r.tools != old->tools ||
	    DIV_ROUND_UP(r.events, cfg->slots) !=
	    DIV_ROUND_UP(old->events, cfg->slots))
		r.id = cfg->next_id++;
	if (!old)
		old = &cfg->rule[cfg->nr_rules++];
	*old = r;
	return 0;
}

/* What the probe asks of rules as a whole. */
static void sum_up(struct netscan_config *cfg)
{
	const struct netscan_rule *r;

	cfg->span_tools = 0;
	for (r = cfg->rule; r < cfg->rule + cfg->nr_rules; r++)
		if (r->enabled && r->span)
			cfg->span_tools |= r->tools;
}

/**
 * netscan_rules_parse() - change rules as a text says
 * @cfg: a copy of the configuration; on error it is of no more use
 * @text: lines `name key=value...` or `-name`; taken apart
 * @why: on error, what was wrong
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int netscan_rules_parse(struct netscan_config *cfg, char *text,
			const char **why)
{
	int err = netscan_lines_parse(cfg, text, set_rule, remove_rule, why);

	if (!err)
		sum_up(cfg);
	return err;
}

/**
 * netscan_rules_init() - the built-in rules
 * @cfg: a configuration that has its tools and no rules
 * @slots: entries of a window
 *
 * A threshold that @slots cannot hold is lowered to it.
 *
 * Return: 0, or the error of netscan_rules_parse().
 */
int netscan_rules_init(struct netscan_config *cfg, u32 slots)
{
	char text[sizeof(defaults)];
	const char *why = NULL;
	int err;
	u32 i;

	memcpy(text, defaults, sizeof(text));
	cfg->next_id = 1;
	cfg->slots = NETSCAN_MAX_SLOTS;
	err = netscan_rules_parse(cfg, text, &why);
	cfg->slots = slots;
	for (i = 0; i < cfg->nr_rules; i++)
		if (!cfg->rule[i].span)
			cfg->rule[i].distinct =
				min(cfg->rule[i].distinct, slots);
	return err;
}

/**
 * netscan_rules_print_by() - a set of fields as a rule names them
 * @by: NETSCAN_BY_*
 * @t: where to
 */
void netscan_rules_print_by(u8 by, struct netscan_text *t)
{
	const char *comma = "";
	u32 i;

	for (i = 0; i < ARRAY_SIZE(by_names); i++) {
		if (!(by & BIT(i)))
			continue;
		netscan_text_add(t, "%s%s", comma, by_names[i]);
		comma = ",";
	}
}

/**
 * netscan_rules_print() - the rules as netscan_rules_parse() reads them
 * @cfg: the configuration
 * @t: where to
 */
void netscan_rules_print(const struct netscan_config *cfg,
			 struct netscan_text *t)
{
	const struct netscan_rule *r;

	for (r = cfg->rule; r < cfg->rule + cfg->nr_rules; r++) {
		netscan_text_add(t, "%s enabled=%u by=", r->name, r->enabled);
		netscan_rules_print_by(r->by, t);
		netscan_text_add(t,
				 " count=%s distinct=%u events=%u window=%u tools=",
				 r->span ? "span" : "args", r->distinct, r->events, r->window);
		if (r->tools == U32_MAX)
			netscan_text_add(t, "all");
		else
			netscan_tools_print_list(&cfg->tools, r->tools, t);
		netscan_text_add(t, "\n");
	}
}

/**
 * netscan_rules_by_id() - find the rule that a group was counted under
 * @cfg: the configuration
 * @id: netscan_rule.id
 *
 * Return: the rule, or NULL when it was removed or changed its meaning.
 */
const struct netscan_rule *netscan_rules_by_id(const struct netscan_config *cfg,
					       u32 id)
{
	const struct netscan_rule *r;

	for (r = cfg->rule; r < cfg->rule + cfg->nr_rules; r++)
		if (r->id == id)
			return r;
	return NULL;
}
