// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - exceptions: parse and print
 *
 * Design: one exception a line, `name key=value...`, with the write protocol of
 * rules: what a line does not name stays as it is, what is printed can be
 * written back. All strings live in one pool without gaps; dropping one moves
 * what is behind it.
 *
 * Context: process.
 */
#include "exceptions.h"
#include "glob.h"
#include "lines.h"
#include "rules.h"
#include "tools.h"

enum field {
	PARENT_EXE, EXE, TOOL, UID, CGROUP, ARGS, RULE, HITS, FOUND, NR_FIELDS
};

static const struct netscan_field fields[] = {
	[PARENT_EXE] = { "parent_exe", "parent_exe is an absolute path of up to 511 bytes" },
	[EXE] = { "exe", "exe is an absolute path of up to 511 bytes" },
	[TOOL] = { "tool", "tool is a list of names from the tools file" },
	[UID] = { "uid", "uid is 0 to 4294967294" },
	[CGROUP] = { "cgroup", "cgroup is an absolute path of up to 511 bytes" },
	[ARGS] = { "args", "args is a pattern of up to 127 characters, \\xNN being four" },
	[RULE] = { "rule", "rule is the name of a rule" },
	[HITS] = { "hits", "" },
	[FOUND] = { "found", "" },
};

/* Where the strings among them are kept. */
static const u8 texts[NR_FIELDS] = {
	[PARENT_EXE] = NETSCAN_EXCEPTION_PARENT_EXE,
	[EXE] = NETSCAN_EXCEPTION_EXE,
	[CGROUP] = NETSCAN_EXCEPTION_CGROUP,
	[ARGS] = NETSCAN_EXCEPTION_ARGS,
	[RULE] = NETSCAN_EXCEPTION_RULE,
};

static void drop_text(struct netscan_exceptions *x, u16 *which)
{
	struct netscan_exception *e;
	u16 at = *which, len, i;

	if (!at)
		return;
	*which = 0;
	len = strlen(x->text + at) + 1;
	x->len -= len;
	memmove(x->text + at, x->text + at + len, x->len - at);
	memset(x->text + x->len, 0, len);
	for (e = x->one; e < x->one + x->nr; e++)
		for (i = 0; i < NETSCAN_EXCEPTION_TEXTS; i++)
			if (e->at[i] > at)
				e->at[i] -= len;
}

static int set_text(struct netscan_exceptions *x, u16 *which, const char *text,
		    const char **why)
{
	size_t len = strlen(text) + 1;

	drop_text(x, which);
	if (!x->len)
		x->len = 1;
	if (len > sizeof(x->text) - x->len) {
		*why = "exceptions hold 8191 bytes of text at most";
		return -ERANGE;
	}
	memcpy(x->text + x->len, text, len);
	*which = x->len;
	x->len += len;
	return 0;
}

static int undo_escapes(char *text)
{
	char *from = text, *to = text;

	while (*from) {
		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		*to = netscan_glob_escaped(from);
		if (!*to++)
			return -EINVAL;
		from += NETSCAN_GLOB_ESCAPE;
	}
	*to = '\0';
	return 0;
}

static int check_path(char *path, bool cgroup)
{
	size_t len;

	if (undo_escapes(path) || path[0] != '/' || (cgroup && strstr(path, "//")))
		return -EINVAL;
	len = strlen(path);
	if (cgroup && len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	return len < NETSCAN_MAX_PATH ? 0 : -ERANGE;
}

/* The file is known by then if it is the path that was. */
static int parse_file(const struct netscan_exceptions *x,
		      const struct netscan_exception *e,
		      enum netscan_exception_text which, char *path,
		      struct netscan_file_id *id)
{
	int err = check_path(path, false);

	if (!err && strcmp(netscan_exceptions_text(x, e, which), path))
		memset(id, 0, sizeof(*id));
	return err;
}

static int parse_uid(struct netscan_exception *e, const char *value)
{
	u32 uid;
	int err;

	if (!isdigit(value[0]))
		return -EINVAL;
	err = kstrtou32(value, 10, &uid);
	if (err)
		return err;
	if (uid == U32_MAX)
		return -ERANGE;
	e->uid = uid;
	e->by_uid = true;
	return 0;
}

static int parse_value(struct netscan_config *cfg, struct netscan_exception *e,
		       enum field field, char *value, const char **why)
{
	struct netscan_exceptions *x = &cfg->exceptions;
	char glob[NETSCAN_MAX_PATTERN];
	int err = 0;

	switch (field) {
	case TOOL:
		return netscan_tools_parse_list(&cfg->tools, value, &e->tools);
	case UID:
		return parse_uid(e, value);
	case PARENT_EXE:
		err = parse_file(x, e, NETSCAN_EXCEPTION_PARENT_EXE, value,
				 &e->parent_exe);
		break;
	case EXE:
		err = parse_file(x, e, NETSCAN_EXCEPTION_EXE, value, &e->exe);
		break;
	case CGROUP:
		err = check_path(value, true);
		break;
	case ARGS:
		err = netscan_glob_make(value, glob);
		value = glob;
		break;
	case RULE:
		err = min(netscan_rules_find(cfg, value), 0);
		break;
	default:
		return 0;
	}
	return err ? err : set_text(x, &e->at[texts[field]], value, why);
}

/* Is this text fit to stand without quotes? */
static bool is_bare(const char *p)
{
	for (; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '"' || *p == '\\')
			return false;
	return true;
}

/* Cut `key=value` or `key="value"` off the line; escapes stay. */
static int next_field(char **line, char **key, char **value, const char **why)
{
	char *p = *line;

	*key = strsep(&p, "=");
	*why = "a field is key=value";
	if (!p)
		return -EINVAL;
	*value = p;
	if (*p == '"') {
		*value = ++p;
		strsep(&p, "\"");
		*why = "a quoted value ends with '\"' and a space";
		if (!p || (*p && *p != ' ' && *p != '\t'))
			return -EINVAL;
	} else {
		strsep(&p, " \t");
		*why = "a value with spaces, '\"', '\\' or bytes outside of ASCII is quoted";
		if (!is_bare(*value))
			return -EINVAL;
	}
	*why = "a value is missing";
	if (!**value)
		return -EINVAL;
	*line = p;
	return 0;
}

static struct netscan_exception *find_exception(struct netscan_exceptions *x,
						const char *name)
{
	struct netscan_exception *e;

	for (e = x->one; e < x->one + x->nr; e++)
		if (!strcmp(netscan_exceptions_text(x, e, NETSCAN_EXCEPTION_NAME), name))
			return e;
	return NULL;
}

static int remove_exception(struct netscan_config *cfg, char *name,
			    const char **why)
{
	struct netscan_exceptions *x = &cfg->exceptions;
	struct netscan_exception *e = find_exception(x, name);
	u32 i;

	if (!e) {
		*why = "no such exception";
		return -EINVAL;
	}
	for (i = 0; i < NETSCAN_EXCEPTION_TEXTS; i++)
		drop_text(x, &e->at[i]);
	x->nr--;
	memmove(e, e + 1, (x->one + x->nr - e) * sizeof(*e));
	memset(&x->one[x->nr], 0, sizeof(*e));
	return 0;
}

/* Bit per slot in use. */
static u64 used_slots(const struct netscan_exceptions *x)
{
	u64 used = 0;
	u32 i;

	for (i = 0; i < x->nr; i++)
		used |= 1ULL << x->one[i].slot;
	return used;
}

static int add_exception(struct netscan_exceptions *x, const char *name,
			 struct netscan_exception **out, const char **why)
{
	struct netscan_exception *e = &x->one[x->nr];
	u64 used = used_slots(x);

	if (!netscan_lines_valid_name(name)) {
		*why = "an exception's name is a letter and up to 30 letters, digits, '-' or '_'";
		return -EINVAL;
	}
	if (x->nr == NETSCAN_MAX_EXCEPTIONS) {
		*why = "64 exceptions are the most";
		return -ERANGE;
	}
	/* Where all are taken, one that was free until now has to do. */
	if (~(used | x->busy))
		used |= x->busy;
	while (used >> e->slot & 1)
		e->slot++;
	e->id = ++x->next_id;
	x->nr++;
	*out = e;
	return set_text(x, &e->at[NETSCAN_EXCEPTION_NAME], name, why);
}

static bool has_key(const struct netscan_exception *e)
{
	return e->tools || e->by_uid || e->at[NETSCAN_EXCEPTION_PARENT_EXE] ||
	       e->at[NETSCAN_EXCEPTION_EXE] || e->at[NETSCAN_EXCEPTION_CGROUP] ||
	       e->at[NETSCAN_EXCEPTION_ARGS];
}

static int set_exception(struct netscan_config *cfg, char *line,
			 const char **why)
{
	struct netscan_exceptions *x = &cfg->exceptions;
	char *name = strsep(&line, " \t"), *key, *value;
	struct netscan_exception *e = find_exception(x, name);
	u32 given = 0;
	int err = 0, field;

	if (!e)
		err = add_exception(x, name, &e, why);
	while (!err && line) {
		line += strspn(line, " \t");
		if (!*line)
			break;
		err = next_field(&line, &key, &value, why);
		if (err)
			break;
		field = netscan_lines_field(fields, NR_FIELDS, key, &given, why);
		err = field < 0 ? field :
				  parse_value(cfg, e, field, value, why);
	}
	if (err)
		return err;
	*why = "an exception needs parent_exe, exe, tool, uid, cgroup or args";
	return has_key(e) ? 0 : -EINVAL;
}

/**
 * netscan_exceptions_parse() - change exceptions as a text says
 * @cfg: a copy of the configuration; on error it is of no more use
 * @text: lines `name key=value...` or `-name`; taken apart
 * @why: on error, what was wrong
 *
 * A path that is new is not known as a file until someone has looked it up
 * (netscan_exceptions_seek() and netscan_exceptions_file()).
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int netscan_exceptions_parse(struct netscan_config *cfg, char *text,
			     const char **why)
{
	cfg->exceptions.busy = used_slots(&cfg->exceptions);
	return netscan_lines_parse(cfg, text, set_exception, remove_exception,
				   why);
}

static void print_text(const struct netscan_exceptions *x,
		       const struct netscan_exception *e, enum field field,
		       struct netscan_text *t)
{
	const char *text = netscan_exceptions_text(x, e, texts[field]);

	if (!*text)
		return;
	/* A glob is text that is fit to be printed. */
	if (field == ARGS)
		netscan_text_add(t, " args=\"%s\"", text);
	else
		netscan_text_quote(t, fields[field].name, text, strlen(text));
}

static bool is_found(const struct netscan_exception *e)
{
	return (!e->at[NETSCAN_EXCEPTION_EXE] || e->exe.dev || e->exe.ino) &&
	       (!e->at[NETSCAN_EXCEPTION_PARENT_EXE] || e->parent_exe.dev ||
		e->parent_exe.ino);
}

/**
 * netscan_exceptions_print() - as netscan_exceptions_parse() reads them
 * @cfg: the configuration
 * @t: where to
 * @hits: by slot, how often each has matched
 *
 * A line ends with hits=, and with found=0 where a path is not known as a
 * file, so that the exception cannot match; found=1 where all of them are.
 */
void netscan_exceptions_print(const struct netscan_config *cfg,
			      struct netscan_text *t, const u64 *hits)
{
	const struct netscan_exceptions *x = &cfg->exceptions;
	const struct netscan_exception *e;

	for (e = x->one; e < x->one + x->nr; e++) {
		netscan_text_add(t, "%s", netscan_exceptions_text(x, e, NETSCAN_EXCEPTION_NAME));
		print_text(x, e, PARENT_EXE, t);
		print_text(x, e, EXE, t);
		if (e->tools) {
			netscan_text_add(t, " tool=");
			netscan_tools_print_list(&cfg->tools, e->tools, t);
		}
		if (e->by_uid)
			netscan_text_add(t, " uid=%u", e->uid);
		print_text(x, e, CGROUP, t);
		print_text(x, e, ARGS, t);
		print_text(x, e, RULE, t);
		netscan_text_add(t, " hits=%llu",
				 (unsigned long long)hits[e->slot]);
		if (e->at[NETSCAN_EXCEPTION_EXE] ||
		    e->at[NETSCAN_EXCEPTION_PARENT_EXE])
			netscan_text_add(t, " found=%u", is_found(e));
		netscan_text_add(t, "\n");
	}
}
