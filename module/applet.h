/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the tool that arguments name: applets, and what a loader runs
 */
#ifndef NETSCAN_APPLET_H
#define NETSCAN_APPLET_H

#include "tools.h"

/**
 * struct netscan_applet - arguments being looked at
 * @match: the sign, once a tool was found
 * @argv0: of a multi-call binary that a loader runs: what its argument 0 says
 * @left: arguments that may still be looked at
 * @next: what the next argument is
 * @then: what it is behind the program that a loader runs
 */
struct netscan_applet {
	enum netscan_match match;
	int argv0;
	u16 left;
	u8 next;
	u8 then;
};

void netscan_applet_begin(struct netscan_applet *ap, int ask);
int netscan_applet_look(const struct netscan_tools *tools,
			struct netscan_applet *ap, const char *argv,
			size_t len, size_t *used);

#endif
