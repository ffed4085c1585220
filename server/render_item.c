#include "server/render_item.h"

#include <stdlib.h>
#include <string.h>

#include "server/cli_output.h"
#include "server/remote.h"

static char *copy_or_null(const char *text)
{
	return text ? strdup(text) : NULL;
}

int render_item_init(struct render_item *item, const char *in, const char *out, const char *stems_dir)
{
	item->in = in;
	item->out = strdup(out);
	item->stems_dir = copy_or_null(stems_dir);
	return item->out && (item->stems_dir || !stems_dir) ? 0 : -1;
}

void render_item_forget(struct render_item *item)
{
	free(item->source);
	item->source = NULL;
	item->source_len = 0;
}

void render_item_fini(struct render_item *item)
{
	render_item_forget(item);
	free(item->out);
	free(item->stems_dir);
	item->out = item->stems_dir = NULL;
}

/* Forgets an earlier run; what watches the control keeps its pointer. */
static void begin(struct render_item *item)
{
	render_item_forget(item);
	item->diags = (struct diag_list){ .n = 0 };
	item->err = ERROR_INIT;
	atomic_store_explicit(&item->control.frames_done, 0, memory_order_relaxed);
	atomic_store_explicit(&item->control.frames_total, 0, memory_order_relaxed);
}

static int render_into(struct render_item *item, const struct render_args *args, struct render_engine *engine,
		       const struct render_spec *spec, struct cli_outputs *out)
{
	struct render_files files = cli_outputs_files(out);

	if (args->server_url)
		return remote_render(&(struct remote){ args->server_url, args->key }, spec, &item->control, &files,
				     &item->diags, &item->result, &item->err);
	if (render_run_files(engine, spec, &item->control, &files, &item->diags, &item->result, &item->err) < 0)
		return cli_status_of(item->err.code);
	return EX_OK;
}

static int render_to_files(struct render_item *item, const struct render_args *args, struct render_engine *engine,
			   const struct render_spec *spec)
{
	bool is_wide = cli_outputs_is_wide(item->stems_dir);
	struct cli_outputs out = { .stems_dir = item->stems_dir,
				   .wide = is_wide ? spec : NULL,
				   .extension = audio_format_extension(spec->format),
				   .io = args->io,
				   .is_durable = args->is_durable };
	int status = cli_outputs_open(&out, item->out, &item->err);

	if (status != EX_OK)
		return status;
	status = render_into(item, args, engine, spec, &out);
	if (status == EX_OK)
		status = cli_outputs_widen(&out, item->result.frames, &item->err);
	if (status == EX_OK)
		return cli_outputs_publish(&out, &item->err);
	cli_outputs_discard(&out);
	return out.is_blocked ? EX_CANTCREAT : status;
}

/* Errors in the program first: they should not leave a file behind, nor depend on the output. Without an engine the names of
 * samples are not known here. */
static int render_source(struct render_item *item, const struct render_args *args, struct render_engine *engine)
{
	struct render_spec spec = args->spec;

	if (render_check(engine, NULL, item->source, item->source_len, &item->diags, &item->err) < 0)
		return cli_status_of(item->err.code);
	item->diags = (struct diag_list){ .n = 0 };
	spec.source = item->source;
	spec.source_len = item->source_len;
	return render_to_files(item, args, engine, &spec);
}

void render_item_run(struct render_item *item, const struct render_args *args, struct render_engine *engine)
{
	begin(item);
	item->source = cli_read_source(item->in, &item->source_len, &item->err);
	item->status = item->source ? render_source(item, args, engine) : cli_status_of(item->err.code);
}
