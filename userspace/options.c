// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - what the command line of netscan-logger asks for
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

#define DEVICE		"/dev/netscan"

static const char usage_text[] =
	"Usage: netscan-logger [OPTION]...\n"
	"Print the records of " DEVICE ": who swept a network from this host, and how.\n"
	"\n"
	"      --follow         wait for further records (default)\n"
	"      --once           print the records kept in the kernel and leave\n"
	"      --format=FORMAT  pretty: for people (default on a terminal)\n"
	"                       raw: as received, one line each (default elsewhere)\n"
	"      --device=PATH    read PATH, " DEVICE " by default\n"
	"  -h, --help           show this help and leave\n"
	"  -V, --version        show the version and leave\n"
	"\n"
	"Exit status: 0 if all went well, 1 on failure, 2 on wrong usage.\n"
	"See netscan-logger(8) and netscan(4).\n";

enum {
	OPT_FOLLOW = 256,
	OPT_ONCE,
	OPT_FORMAT,
	OPT_DEVICE,
};

static const struct option long_options[] = {
	{ "follow", no_argument, NULL, OPT_FOLLOW },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

__attribute__((noreturn))
static void fail_usage(void)
{
	fputs("Try 'netscan-logger --help'.\n", stderr);
	exit(EXIT_USAGE);
}

__attribute__((noreturn))
static void print_and_leave(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF) {
		fprintf(stderr, "netscan-logger: standard output: %s\n", strerror(errno));
		exit(EXIT_RUNTIME);
	}
	exit(EXIT_SUCCESS);
}

static enum format parse_format(const char *name)
{
	if (!strcmp(name, "pretty"))
		return FORMAT_PRETTY;
	if (!strcmp(name, "raw"))
		return FORMAT_RAW;
	fprintf(stderr, "netscan-logger: no such format: '%s' (pretty, raw)\n", name);
	fail_usage();
}

static bool want_colour(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

void options_parse(struct options *opts, int argc, char **argv)
{
	int opt;

	*opts = (struct options){
		.device = DEVICE,
		.format = isatty(STDOUT_FILENO) ? FORMAT_PRETTY : FORMAT_RAW,
	};
	while ((opt = getopt_long(argc, argv, "hV", long_options, NULL)) != -1) {
		switch (opt) {
		case OPT_FOLLOW:
			opts->once = false;
			break;
		case OPT_ONCE:
			opts->once = true;
			break;
		case OPT_FORMAT:
			opts->format = parse_format(optarg);
			break;
		case OPT_DEVICE:
			opts->device = optarg;
			break;
		case 'h':
			print_and_leave(usage_text);
		case 'V':
			print_and_leave("netscan-logger " NETSCAN_VERSION "\n");
		default:
			fail_usage();
		}
	}
	if (optind < argc) {
		fprintf(stderr, "netscan-logger: unexpected argument: '%s'\n", argv[optind]);
		fail_usage();
	}
	opts->colour = opts->format == FORMAT_PRETTY && want_colour();
}
