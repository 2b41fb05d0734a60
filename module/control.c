// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the live configuration and how it is replaced
 *
 * Design: two configurations, allocated at load. One is live; a change is made
 * on a copy in the other and goes live whole or not at all. After a grace
 * period no event sees the old one, and groups of rules that are no more go.
 *
 * The files that exceptions name are looked up by a work of its own: a path on
 * a file system that does not answer holds up further changes, and no record.
 *
 * Locking: changes take turns under a mutex; it is held outside the report's
 * mutex. Readers hold rcu_read_lock().
 *
 * Context: process, may sleep, but for netscan_control_config().
 */
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "control.h"
#include "exceptions.h"
#include "exempt.h"
#include "report.h"
#include "stats.h"
#include "tools.h"

#define CLEAR_TRIES	100	/* then scans end without a record */
#define LOOKUP_PERIOD	(2 * HZ)

/* The counting side: one for the host. */
struct netscan_scanner netscan_scanner;

static struct netscan_config __rcu *live;
static struct netscan_config *spare;	/* under change_lock */
static DEFINE_MUTEX(change_lock);

static void look_up(struct work_struct *unused);
static DECLARE_DELAYED_WORK(lookup_work, look_up);

/**
 * netscan_control_config() - the configuration in force
 *
 * Context: any, with rcu_read_lock() held as long as it is used.
 */
const struct netscan_config *netscan_control_config(void)
{
	return rcu_dereference(live);
}

/**
 * netscan_control_change() - change the configuration as a text says
 * @parse: netscan_rules_parse, netscan_tools_parse, netscan_exceptions_parse,
 *         netscan_control_lock
 * @text: what it reads; taken apart
 * @why: on error, what was wrong
 *
 * Return: 0; -EPERM once it is locked, or what @parse returned, with nothing
 * changed.
 */
int netscan_control_change(netscan_parse_fn parse, char *text,
			   const char **why)
{
	struct netscan_config *old;
	u32 tries = 0;
	int err;

	mutex_lock(&change_lock);
	old = rcu_dereference_protected(live, lockdep_is_held(&change_lock));
	if (old->locked) {
		*why = "locked until the module is unloaded";
		err = -EPERM;
		goto unlock;
	}
	*spare = *old;
	err = parse(spare, text, why);
	if (err)
		goto unlock;
	netscan_exempt_reset(netscan_exceptions_new_slots(old, spare));
	rcu_assign_pointer(live, spare);
	synchronize_rcu();
	while (!netscan_scan_clear(&netscan_scanner, old, spare,
				   ktime_get_boottime_ns(),
				   ++tries > CLEAR_TRIES))
		netscan_report_flush();
	spare = old;
unlock:
	mutex_unlock(&change_lock);
	return err;
}

/**
 * netscan_control_lock() - let this change be the last one
 * @cfg: the configuration to be
 * @text: "1", with or without a newline
 * @why: on error, what was wrong
 *
 * What exceptions name goes on being looked up: the names are locked, not what
 * they lead to.
 *
 * Return: 0 or -EINVAL.
 */
int netscan_control_lock(struct netscan_config *cfg, char *text,
			 const char **why)
{
	if (strcmp(text, "1") && strcmp(text, "1\n")) {
		*why = "1 locks, and nothing unlocks";
		return -EINVAL;
	}
	cfg->locked = true;
	pr_notice("locked: no more changes until the module is unloaded\n");
	return 0;
}

static void look_up(struct work_struct *unused)
{
	struct netscan_config *old;

	mutex_lock(&change_lock);
	old = rcu_dereference_protected(live, lockdep_is_held(&change_lock));
	if (!old->exceptions.nr)
		goto unlock;
	schedule_delayed_work(&lookup_work, LOOKUP_PERIOD);
	*spare = *old;
	netscan_exceptions_resolve(spare, netscan_exempt_lookup);
	if (!memcmp(spare->exceptions.one, old->exceptions.one,
		    sizeof(old->exceptions.one)))
		goto unlock;
	rcu_assign_pointer(live, spare);
	synchronize_rcu();
	spare = old;
unlock:
	mutex_unlock(&change_lock);
}

/**
 * netscan_control_lookup() - look up the files that exceptions name, from now on
 *
 * Context: process, may sleep; goes to a kernel thread for the sake of its
 * mount namespace.
 */
void netscan_control_lookup(void)
{
	schedule_delayed_work(&lookup_work, 0);
	flush_delayed_work(&lookup_work);
}

/**
 * netscan_control_stop() - look up no more
 *
 * Context: process, may sleep; no configuration changes any more.
 */
void netscan_control_stop(void)
{
	cancel_delayed_work_sync(&lookup_work);
}

/**
 * netscan_control_init() - the built-in configuration, and what load adds
 * @slots: entries of a window
 * @rules: lines for netscan_rules_parse(), or NULL; taken apart
 * @lock: lock it then
 *
 * Return: 0, -ENOMEM, or the error of netscan_rules_parse(), with nothing left
 * behind and the reason in the kernel log.
 */
int netscan_control_init(u32 slots, char *rules, bool lock)
{
	const char *why = "the built-in configuration";
	struct netscan_config *cfg = netscan_calloc(1, sizeof(*cfg));
	int err = -ENOMEM;

	spare = netscan_calloc(1, sizeof(*spare));
	if (!cfg || !spare)
		goto fail;
	err = netscan_tools_init(cfg);
	if (!err)
		err = netscan_rules_init(cfg, slots);
	if (!err && rules)
		err = netscan_rules_parse(cfg, rules, &why);
	if (err) {
		pr_err("rules refused: %s\n", why);
		goto fail;
	}
	cfg->locked = lock;
	rcu_assign_pointer(live, cfg);
	return 0;
fail:
	netscan_free(cfg);
	netscan_free(spare);
	return err;
}

/**
 * netscan_control_exit() - free the configuration
 *
 * Nobody reads or changes it any more.
 */
void netscan_control_exit(void)
{
	netscan_control_stop();
	netscan_free(rcu_dereference_protected(live, true));
	netscan_free(spare);
}
