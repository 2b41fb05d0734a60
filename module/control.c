// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the live configuration and how it is replaced
 *
 * Design: two configurations, allocated at load. One is live; a change is made
 * on a copy in the other and goes live whole or not at all. After a grace
 * period no event sees the old one, and groups of rules that are no more go.
 *
 * The files that exceptions name are looked up by a work of its own, with no
 * lock held: a path on a file system that does not answer holds up the other
 * exceptions' files, and nothing else but unloading.
 *
 * Locking: changes take turns under a mutex; it is held outside the report's
 * mutex. Readers hold rcu_read_lock().
 *
 * Context: process, may sleep, but for netscan_control_config().
 */
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "control.h"
#include "exceptions.h"
#include "exempt.h"
#include "report.h"
#include "stats.h"
#include "tools.h"

#define CLEAR_TRIES	100	/* then scans end without a record */
#define LOOKUP_PERIOD	(2 * HZ)
#define LOOKUP_WAIT	HZ		/* that a writer waits for its files */

/* The counting side: one for the host. */
struct netscan_scanner netscan_scanner;

static struct netscan_config __rcu *live;
static struct netscan_config *spare;	/* under change_lock */
static DEFINE_MUTEX(change_lock);

static void look_up(struct work_struct *unused);
static DECLARE_DELAYED_WORK(lookup_work, look_up);

/* Lookups that were asked for, and up to which all has been looked up. */
static atomic_t asked;
static u32 answered;
static DECLARE_WAIT_QUEUE_HEAD(answers);

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

static void note_file(const struct netscan_sought *sought,
		      const struct netscan_file_id *file)
{
	struct netscan_config *old;
	struct netscan_file_id *known;

	mutex_lock(&change_lock);
	old = rcu_dereference_protected(live, lockdep_is_held(&change_lock));
	known = netscan_exceptions_file(old, sought);
	if (!known || !memcmp(known, file, sizeof(*known)))
		goto unlock;
	*spare = *old;
	*netscan_exceptions_file(spare, sought) = *file;
	rcu_assign_pointer(live, spare);
	synchronize_rcu();
	spare = old;
unlock:
	mutex_unlock(&change_lock);
}

static void look_up(struct work_struct *unused)
{
	static struct netscan_sought sought;	/* one work, one at a time */
	u32 at = 0, until = atomic_read(&asked);
	struct netscan_file_id file;
	bool more;

	for (;;) {
		rcu_read_lock();
		more = netscan_exceptions_seek(netscan_control_config(), &at,
					       &sought);
		rcu_read_unlock();
		if (!more)
			break;
		file = netscan_exempt_lookup(sought.path);
		note_file(&sought, &file);
	}
	WRITE_ONCE(answered, until);
	wake_up_all(&answers);
	if (at)
		queue_delayed_work(system_long_wq, &lookup_work, LOOKUP_PERIOD);
}

/**
 * netscan_control_lookup() - look up the files that exceptions name, from now on
 *
 * Waits for them, but not longer than a second: a file system may not answer.
 *
 * Context: process, may sleep; goes to a kernel thread for the sake of its
 * mount namespace.
 */
void netscan_control_lookup(void)
{
	u32 ask = atomic_inc_return(&asked);

	mod_delayed_work(system_long_wq, &lookup_work, 0);
	if (!wait_event_timeout(answers, (s32)(READ_ONCE(answered) - ask) >= 0,
				LOOKUP_WAIT))
		pr_notice_ratelimited("exceptions: a path does not answer, files are not looked up meanwhile\n");
}

/**
 * netscan_control_stop() - look up no more
 *
 * Context: process, may sleep, as long as a file system does not answer; no
 * configuration changes any more.
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
