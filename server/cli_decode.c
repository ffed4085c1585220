/* phonond decode-sample: what the server runs for each uploaded sample, with the upload as standard input and an empty file as
 * standard output. Not for people, so not in the help. What is wrong goes to standard error as "CODE SENTENCE". */
#include <stdio.h>
#include <unistd.h>

#include "server/cli.h"
#include "server/sandbox.h"

int cli_decode_sample(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	char line[320];
	int n;

	(void)argc, (void)argv;
	/* Without the end that exit() is, which would do more than the sandbox allows. */
	if (sandbox_enter(&err) == 0 && render_sample_decode(STDIN_FILENO, STDOUT_FILENO, &err) == 0)
		_exit(EX_OK);
	n = snprintf(line, sizeof line, "%s %s", error_code_name(err.code), err.message);
	if (write(STDERR_FILENO, line, (size_t)n) != n)
		_exit(EX_IOERR);
	_exit(EX_DATAERR);
}
