/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - what the command line of netscan-logger asks for
 */
#ifndef NETSCAN_USERSPACE_OPTIONS_H
#define NETSCAN_USERSPACE_OPTIONS_H

#include <stdbool.h>

/* Exit codes, as in netscan-logger(8). */
#define EXIT_RUNTIME	1
#define EXIT_USAGE	2

enum format {
	FORMAT_PRETTY,
	FORMAT_RAW,
};

/**
 * struct options - the command line, defaults filled in
 * @device: path of the device
 * @format: how a record is printed
 * @colour: only ever true with FORMAT_PRETTY on a terminal
 * @once: leave when all kept records are printed
 */
struct options {
	const char *device;
	enum format format;
	bool colour;
	bool once;
};

/**
 * options_parse() - read the command line
 *
 * Does not return after --help, --version or wrong usage.
 */
void options_parse(struct options *opts, int argc, char **argv);

#endif
