/* What became of a program: for people on standard error, or as a JSON line on standard output. */
#ifndef SERVER_RENDER_REPORT_H
#define SERVER_RENDER_REPORT_H

#include "server/render_item.h"

/* Diagnostics, then why it failed, or a summary unless is_quiet. */
void render_report_text(const struct render_item *item, const struct render_args *args);

/* {"source","output","state","exit_status","result","metrics","warnings","error"} and a newline; the members are those of a job
 * of the API. -1: standard output does not take it. */
int render_report_json(const struct render_item *item, const struct render_args *args) WARN_UNUSED;

#endif
