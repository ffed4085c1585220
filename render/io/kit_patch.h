/* What a drum of the kit is: a family (the function that makes it) and the numbers that family wants. The table of
 * them all is in kit_table.c. */
#ifndef RENDER_IO_KIT_PATCH_H
#define RENDER_IO_KIT_PATCH_H

#include "render/io/kit_synth.h"

enum { KIT_MODES_MAX = 4 };

/* A sine whose pitch falls to hz in two exponential sweeps: frequency = hz * (1 + snap e^(-t/snap_s) + sigh
 * e^(-t/sigh_s)). It stays at full level for hold_s, then dies in t60_s. */
struct kit_kick {
	double hz, snap, snap_s, sigh, sigh_s;
	double hold_s, t60_s;
	double drive;                    /* of the saturation */
	double click, click_hz, click_s; /* level, low-pass and t60 of the beater's noise */
};

/* Two modes of the shell and the noise of the wires. */
struct kit_snare {
	double low_hz, high_hz, high_level;
	double bend, bend_s; /* both start 1 + bend times higher */
	double low_t60_s, high_t60_s;
	double wires;                       /* level of the noise */
	double wires_low_hz, wires_high_hz; /* its band */
	double wires_t60_s;
	double crack, crack_t60_s; /* share and t60 of the noise's first part */
	double drive;
};

/* Six squares and noise through two bands. */
struct kit_metal {
	double tune;  /* times the frequencies of the original */
	double ring;  /* 0: sum of the squares, 1: products of pairs */
	double noise; /* against squares at 1 */
	double low_hz, low_level, low_t60_s;
	double high_hz, high_level, high_t60_s;
	double strike, strike_t60_s; /* level of a first part of both bands that dies sooner */
	double bottom_hz;            /* high-pass after all */
};

/* Noise in a band, gated several times in a row. */
struct kit_clap {
	double band_hz, q;
	double air; /* level of what is above the band */
	unsigned n_bursts;
	double spacing_s, burst_t60_s;
	double tail, tail_t60_s;
};

struct kit_mode {
	double hz, level, t60_s;
};

/* Decaying sines, and noise in one band. */
struct kit_modal {
	struct kit_mode mode[KIT_MODES_MAX]; /* up to the first with level 0 */
	double bend, bend_s;                 /* all start 1 + bend times higher */
	double noise, noise_hz, noise_q, noise_t60_s;
	double drive;
	double bottom_hz; /* high-pass after all; 0: none */
};

/* Two squares through a band: the cowbell. */
struct kit_bell {
	double low_hz, high_hz;
	double band_hz, q;
	double strike, strike_t60_s, t60_s;
};

enum kit_wave { KIT_SINE, KIT_PULSE, KIT_SAW };

/* One oscillator through a low-pass that closes as the sound decays. */
struct kit_tone {
	enum kit_wave wave;
	double hz;
	double bend, bend_s;                      /* starts 1 + bend times higher */
	double second;                            /* level of a second one, a little sharper */
	double sub;                               /* level of a sine an octave below */
	double close_hz, open_hz, sweep_t60_s, q; /* cutoff = close_hz + open_hz * decay; close_hz 0: no filter */
	double hold_s, t60_s;
	double drive;
};

struct kit_patch;
typedef void kit_family(const struct kit_patch *p, const struct kit_take *t);

struct kit_patch {
	kit_family *make;
	double length_s;
	double squeeze; /* saturation of the whole at full level; 0: none */
	union {
		struct kit_kick kick;
		struct kit_snare snare;
		struct kit_metal metal;
		struct kit_clap clap;
		struct kit_modal modal;
		struct kit_bell bell;
		struct kit_tone tone;
	};
};

/* A name and its variations. */
struct kit_drum {
	const char *name;
	const char *noise_name; /* seeds the noise; aliases share it */
	const struct kit_patch *patches;
	size_t n_patches;
};

/* Sorted by name as bytes; the names once more for kit_names(). */
extern const struct kit_drum kit_table[];
extern const char *const kit_table_names[];
extern const size_t kit_table_len;

/* Each writes t->out[0..n_frames) at any level; kit.c takes away the offset, fades and normalises. */
kit_family kit_make_kick;  /* kit_kicks.c */
kit_family kit_make_snare; /* kit_snares.c */
kit_family kit_make_clap;
kit_family kit_make_metal; /* kit_cymbals.c */
kit_family kit_make_bell;
kit_family kit_make_modal; /* kit_toms.c */
kit_family kit_make_tone;  /* kit_tones.c */

#endif
