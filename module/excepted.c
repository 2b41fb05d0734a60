// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - exceptions: is an exec event excepted, and what else is asked
 *
 * Design: what is cheap to compare comes first, the command line last. A file
 * is compared by its identity, so that none can borrow an exception by its
 * name; one that is not known never matches. Where it is in doubt whether an
 * event is excepted, it is counted.
 *
 * Context: netscan_exceptions_name_parent(), any. netscan_exceptions_match(),
 * kprobe: NETSCAN_MAX_EXCEPTIONS
 * exceptions, NETSCAN_GLOB_STEPS steps of globs and as many calls of in_cgroup
 * as there are exceptions, at most. The others, process.
 */
#include "exceptions.h"
#include "glob.h"
#include "rules.h"

static bool is_known(const struct netscan_file_id *id)
{
	return id->dev || id->ino;
}

static bool is_file(const struct netscan_file_id *want,
		    const struct netscan_file_id *id)
{
	return is_known(want) && want->ino == id->ino && want->dev == id->dev;
}

static bool match_cgroup(const char *path, const struct netscan_subject *s)
{
	return s->in_cgroup && s->in_cgroup(s, path, strlen(path));
}

/* Of a command line that was cut, the rest may be anything but for a '*'. */
static bool match_args(const char *glob, const struct netscan_subject *s,
		       u32 *steps)
{
	size_t len = s->text_len;
	bool match;

	if (s->text_cut && glob[strlen(glob) - 1] != '*')
		return false;
	if (!s->text_cut && len && !s->text[len - 1])
		len--;
	match = netscan_glob_match(glob, s->text, len, steps);
	if (!*steps && !match && s->gave_up)
		*s->gave_up = true;
	return match;
}

static bool match_one(const struct netscan_exceptions *x,
		      const struct netscan_exception *e,
		      const struct netscan_subject *s, u32 *steps)
{
	if (e->by_uid && e->uid != s->uid)
		return false;
	if (e->tools && (!s->tools || s->tools & ~e->tools))
		return false;
	if (e->at[NETSCAN_EXCEPTION_EXE] && !is_file(&e->exe, &s->exe))
		return false;
	if (e->at[NETSCAN_EXCEPTION_PARENT_EXE] &&
	    !is_file(&e->parent_exe, &s->parent_exe))
		return false;
	if (e->at[NETSCAN_EXCEPTION_CGROUP] &&
	    !match_cgroup(x->text + e->at[NETSCAN_EXCEPTION_CGROUP], s))
		return false;
	return !e->at[NETSCAN_EXCEPTION_ARGS] ||
	       match_args(x->text + e->at[NETSCAN_EXCEPTION_ARGS], s, steps);
}

/* Bit per rule that an exception is for. */
static u32 excepted_rules(const struct netscan_config *cfg,
			  const struct netscan_exception *e)
{
	const char *name = netscan_exceptions_text(&cfg->exceptions, e,
						   NETSCAN_EXCEPTION_RULE);
	int i;

	if (!*name)
		return U32_MAX;
	i = netscan_rules_find(cfg, name);
	return i < 0 ? 0 : BIT(i);
}

/**
 * netscan_exceptions_match() - for which rules is an exec event excepted?
 * @cfg: the configuration
 * @s: the event
 * @hit_slots: bit per netscan_exception.slot that matched
 *
 * Context: any, with @cfg held in place.
 *
 * Return: bit per index of netscan_config.rule.
 */
u32 netscan_exceptions_match(const struct netscan_config *cfg,
			     const struct netscan_subject *s, u64 *hit_slots)
{
	const struct netscan_exceptions *x = &cfg->exceptions;
	const struct netscan_exception *e;
	u32 rules = 0, steps = NETSCAN_GLOB_STEPS;

	*hit_slots = 0;
	for (e = x->one; e < x->one + x->nr; e++) {
		if (!match_one(x, e, s, &steps))
			continue;
		*hit_slots |= 1ULL << e->slot;
		rules |= excepted_rules(cfg, e);
	}
	return rules;
}

/**
 * netscan_exceptions_seek() - the next file that an exception names by its path
 * @cfg: the configuration
 * @at: 0 at first; moves on
 * @s: the file
 *
 * Context: any, with @cfg held in place.
 * Return: false when there is none any more; @at is 0 if there never was.
 */
bool netscan_exceptions_seek(const struct netscan_config *cfg, u32 *at,
			     struct netscan_sought *s)
{
	const struct netscan_exceptions *x = &cfg->exceptions;
	const struct netscan_exception *e;
	const char *path;

	while (*at < 2 * x->nr) {
		e = &x->one[*at / 2];
		s->id = e->id;
		s->which = (*at)++ % 2 ? NETSCAN_EXCEPTION_PARENT_EXE :
					 NETSCAN_EXCEPTION_EXE;
		path = netscan_exceptions_text(x, e, s->which);
		if (!*path)
			continue;
		memcpy(s->path, path, strlen(path) + 1);
		return true;
	}
	return false;
}

/**
 * netscan_exceptions_file() - where a configuration has a file that was sought
 * @cfg: the configuration
 * @s: the file
 *
 * Return: NULL if its exception is gone or names another path.
 */
struct netscan_file_id *netscan_exceptions_file(struct netscan_config *cfg,
						const struct netscan_sought *s)
{
	struct netscan_exceptions *x = &cfg->exceptions;
	struct netscan_exception *e;

	for (e = x->one; e < x->one + x->nr; e++)
		if (e->id == s->id &&
		    !strcmp(netscan_exceptions_text(x, e, s->which), s->path))
			return s->which == NETSCAN_EXCEPTION_EXE ?
			       &e->exe : &e->parent_exe;
	return NULL;
}

static u32 id_of_slot(const struct netscan_exceptions *x, u32 slot)
{
	const struct netscan_exception *e;

	for (e = x->one; e < x->one + x->nr; e++)
		if (e->slot == slot)
			return e->id;
	return 0;
}

/**
 * netscan_exceptions_new_slots() - whose hit counters begin at zero
 * @old: the configuration before a change
 * @cfg: the one after it
 *
 * Return: bit per slot of @cfg that was free in @old or another exception's.
 */
u64 netscan_exceptions_new_slots(const struct netscan_config *old,
				 const struct netscan_config *cfg)
{
	const struct netscan_exception *e = cfg->exceptions.one;
	u64 slots = 0;
	u32 i;

	for (i = 0; i < cfg->exceptions.nr; i++, e++)
		if (id_of_slot(&old->exceptions, e->slot) != e->id)
			slots |= 1ULL << e->slot;
	return slots;
}

/**
 * netscan_exceptions_name_parent() - does any exception name the parent's file?
 * @cfg: the configuration
 *
 * Context: any.
 */
bool netscan_exceptions_name_parent(const struct netscan_config *cfg)
{
	const struct netscan_exceptions *x = &cfg->exceptions;
	const struct netscan_exception *e;

	for (e = x->one; e < x->one + x->nr; e++)
		if (e->at[NETSCAN_EXCEPTION_PARENT_EXE])
			return true;
	return false;
}

/**
 * netscan_exceptions_name_rule() - is a rule named by an exception?
 * @cfg: the configuration
 * @name: of the rule
 */
bool netscan_exceptions_name_rule(const struct netscan_config *cfg,
				  const char *name)
{
	const struct netscan_exceptions *x = &cfg->exceptions;
	const struct netscan_exception *e;

	for (e = x->one; e < x->one + x->nr; e++)
		if (e->at[NETSCAN_EXCEPTION_RULE] &&
		    !strcmp(x->text + e->at[NETSCAN_EXCEPTION_RULE], name))
			return true;
	return false;
}

/**
 * netscan_exceptions_name_tool() - is a tool named by an exception?
 * @cfg: the configuration
 * @tool: its index
 */
bool netscan_exceptions_name_tool(const struct netscan_config *cfg, u32 tool)
{
	const struct netscan_exceptions *x = &cfg->exceptions;
	const struct netscan_exception *e;

	for (e = x->one; e < x->one + x->nr; e++)
		if (e->tools & BIT(tool))
			return true;
	return false;
}
