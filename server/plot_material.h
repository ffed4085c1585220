/* What a picture of a sound is drawn from: its outline, its spectrum, its events. For `phonond plot`. */
#ifndef SERVER_PLOT_MATERIAL_H
#define SERVER_PLOT_MATERIAL_H

#include "render/render.h"
#include "server/plot.h"

enum { PLOT_NAMES_MAX = 256, PLOT_NAME_SIZE = 32 };

/* sound is what is drawn, the rest what it points into. Zero-initialise, with audio_fd -1. */
struct plot_material {
	struct plot_sound sound;
	int audio_fd; /* of a file that render_run_files() wrote; owned */
	float *low, *high, *levels_db;
	struct plot_event *events;
	char (*name_texts)[PLOT_NAME_SIZE];
	const char *names[PLOT_NAMES_MAX];
};

/* What sound of the picture is wanted. */
struct plot_wanted {
	bool has_outline, has_spectrum;
	unsigned n_columns, n_rows;
};

/* Reads the audio file. */
int plot_material_hear(struct plot_material *m, const struct plot_wanted *wanted, struct error *err) WARN_UNUSED;
/* Asks for the events of the program in the spec, over its length. */
int plot_material_ask(struct plot_material *m, const struct render_engine *engine, const struct render_spec *spec,
		      struct error *err) WARN_UNUSED;
void plot_material_fini(struct plot_material *m);

#endif
