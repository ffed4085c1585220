/* One line per event on standard error: JSON (default when it is not a terminal) or text. Never source text,
 * never secrets. Any thread; a line is written with one write(2). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/error.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Any thread, at any time; the defaults are LOG_INFO and LOG_FORMAT_AUTO. */
void log_configure(enum log_level least, enum log_format format);

/* log_event(LOG_INFO, "job finished", "job_id", id, "state", "succeeded", NULL): message, then pairs of
 * key and string value, then NULL. Control characters are escaped, overlong lines cut. */
void log_event(enum log_level level, const char *message, ...) __attribute__((sentinel));

#endif
