/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the tool that arguments name: applets, and what a loader runs
 */
#ifndef NETSCAN_APPLET_H
#define NETSCAN_APPLET_H

#include "tools.h"

struct netscan_runner;

/**
 * struct netscan_applet - arguments being looked at
 * @runner: the applet that runs what its arguments say
 * @match: the sign, once a tool was found
 * @argv0: of a multi-call binary that a loader runs: what its argument 0 says
 * @left: arguments that may still be looked at
 * @next: what the next argument is
 * @then: what it is behind the program that a loader runs
 * @operands: arguments of @runner's own that are still to come
 */
struct netscan_applet {
	const struct netscan_runner *runner;
	enum netscan_match match;
	int argv0;
	u16 left;
	u8 next;
	u8 then;
	u8 operands;
};

void netscan_applet_begin(struct netscan_applet *ap, int ask);
int netscan_applet_look(const struct netscan_tools *tools,
			struct netscan_applet *ap, const char *argv,
			size_t len, size_t *used);

#endif
