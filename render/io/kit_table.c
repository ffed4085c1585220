/* The drums of the kit by name, and the numbers that make each.
 *
 * To add one: an array of patches, a row in KIT_DRUMS (sorted), and KIT_VERSION. Rows that name the same patches are
 * aliases and sound the same. Where a plain name has drums of the old machines, variation 0 is a neutral modern one, 1
 * leans to the TR-909 and 2 to the TR-808. Figures are chosen by ear and spectrum after the sources that the families'
 * files name; all t60 are chosen so that a drum has died away when its length is over. */
#include "render/io/kit_patch.h"

/* clang-format off */
#define KICK(seconds, ...) { .make = kit_make_kick, .length_s = (seconds), .kick = { __VA_ARGS__ } }
#define SNARE(seconds, ...) { .make = kit_make_snare, .length_s = (seconds), .snare = { __VA_ARGS__ } }
#define METAL(seconds, ...) { .make = kit_make_metal, .length_s = (seconds), .squeeze = 1.4, .metal = { __VA_ARGS__ } }
#define CLAP(seconds, ...) { .make = kit_make_clap, .length_s = (seconds), .squeeze = 2.0, .clap = { __VA_ARGS__ } }
#define MODAL(seconds, ...) { .make = kit_make_modal, .length_s = (seconds), .modal = { __VA_ARGS__ } }
#define BELL(seconds, ...) { .make = kit_make_bell, .length_s = (seconds), .squeeze = 1.4, .bell = { __VA_ARGS__ } }
#define TONE(seconds, ...) { .make = kit_make_tone, .length_s = (seconds), .tone = { __VA_ARGS__ } }

static const struct kit_patch kicks[] = {
	KICK(0.42, .hz = 52, .snap = 4.2, .snap_s = 0.007, .sigh = 1.1, .sigh_s = 0.030, .hold_s = 0.03, .t60_s = 0.40,
	     .drive = 1.4, .click = 0.30, .click_hz = 3500, .click_s = 0.012),
	KICK(0.50, .hz = 47, .snap = 6.0, .snap_s = 0.006, .sigh = 1.6, .sigh_s = 0.035, .hold_s = 0.05, .t60_s = 0.46,
	     .drive = 2.2, .click = 0.45, .click_hz = 6000, .click_s = 0.009),
	KICK(0.70, .hz = 50, .snap = 1.6, .snap_s = 0.004, .sigh = 0.10, .sigh_s = 0.080, .hold_s = 0.00, .t60_s = 0.70,
	     .drive = 0.8, .click = 0.12, .click_hz = 1800, .click_s = 0.008),
	KICK(0.36, .hz = 58, .snap = 9.0, .snap_s = 0.005, .sigh = 2.2, .sigh_s = 0.024, .hold_s = 0.06, .t60_s = 0.28,
	     .drive = 4.0, .click = 0.50, .click_hz = 8000, .click_s = 0.014),
	KICK(0.30, .hz = 64, .snap = 1.8, .snap_s = 0.010, .sigh = 0.5, .sigh_s = 0.030, .hold_s = 0.00, .t60_s = 0.30,
	     .drive = 0.6, .click = 0.35, .click_hz = 1200, .click_s = 0.025),
	KICK(0.90, .hz = 41, .snap = 3.0, .snap_s = 0.009, .sigh = 1.2, .sigh_s = 0.050, .hold_s = 0.08, .t60_s = 0.80,
	     .drive = 1.8, .click = 0.20, .click_hz = 2500, .click_s = 0.010),
};

static const struct kit_patch kicks_808[] = {
	KICK(0.80, .hz = 49, .snap = 1.6, .snap_s = 0.004, .sigh = 0.12, .sigh_s = 0.090, .hold_s = 0.00, .t60_s = 0.80,
	     .drive = 0.7, .click = 0.10, .click_hz = 1500, .click_s = 0.008),
	KICK(0.35, .hz = 51, .snap = 1.8, .snap_s = 0.004, .sigh = 0.12, .sigh_s = 0.060, .hold_s = 0.00, .t60_s = 0.35,
	     .drive = 0.7, .click = 0.20, .click_hz = 2500, .click_s = 0.008),
	KICK(1.50, .hz = 46, .snap = 1.5, .snap_s = 0.005, .sigh = 0.15, .sigh_s = 0.150, .hold_s = 0.05, .t60_s = 1.50,
	     .drive = 1.2, .click = 0.08, .click_hz = 1200, .click_s = 0.008),
	KICK(2.40, .hz = 43, .snap = 2.0, .snap_s = 0.006, .sigh = 0.25, .sigh_s = 0.120, .hold_s = 0.20, .t60_s = 2.30,
	     .drive = 2.5, .click = 0.15, .click_hz = 3000, .click_s = 0.006),
};

static const struct kit_patch kicks_909[] = {
	KICK(0.45, .hz = 48, .snap = 5.5, .snap_s = 0.006, .sigh = 1.5, .sigh_s = 0.032, .hold_s = 0.04, .t60_s = 0.42,
	     .drive = 1.9, .click = 0.40, .click_hz = 5500, .click_s = 0.009),
	KICK(0.30, .hz = 52, .snap = 6.0, .snap_s = 0.006, .sigh = 1.8, .sigh_s = 0.028, .hold_s = 0.04, .t60_s = 0.26,
	     .drive = 1.9, .click = 0.55, .click_hz = 7000, .click_s = 0.010),
	KICK(0.70, .hz = 45, .snap = 5.0, .snap_s = 0.007, .sigh = 1.3, .sigh_s = 0.045, .hold_s = 0.06, .t60_s = 0.66,
	     .drive = 2.6, .click = 0.30, .click_hz = 4500, .click_s = 0.009),
};

static const struct kit_patch snares[] = {
	SNARE(0.43, .low_hz = 185, .high_hz = 331, .high_level = 0.55, .bend = 0.45, .bend_s = 0.050, .low_t60_s = 0.26,
	      .high_t60_s = 0.17, .wires = 1.10, .wires_low_hz = 1400, .wires_high_hz = 10500, .wires_t60_s = 0.39,
	      .crack = 0.35, .crack_t60_s = 0.035, .drive = 1.0),
	SNARE(0.38, .low_hz = 200, .high_hz = 350, .high_level = 0.70, .bend = 0.80, .bend_s = 0.040, .low_t60_s = 0.23,
	      .high_t60_s = 0.14, .wires = 1.30, .wires_low_hz = 2000, .wires_high_hz = 13000, .wires_t60_s = 0.36,
	      .crack = 0.20, .crack_t60_s = 0.020, .drive = 1.5),
	SNARE(0.35, .low_hz = 180, .high_hz = 330, .high_level = 0.75, .bend = 0.06, .bend_s = 0.030, .low_t60_s = 0.29,
	      .high_t60_s = 0.16, .wires = 1.25, .wires_low_hz = 2600, .wires_high_hz = 9500, .wires_t60_s = 0.26,
	      .crack = 0.15, .crack_t60_s = 0.020, .drive = 0.0),
	SNARE(0.29, .low_hz = 240, .high_hz = 415, .high_level = 0.50, .bend = 0.50, .bend_s = 0.030, .low_t60_s = 0.17,
	      .high_t60_s = 0.12, .wires = 1.40, .wires_low_hz = 2200, .wires_high_hz = 14000, .wires_t60_s = 0.23,
	      .crack = 0.50, .crack_t60_s = 0.020, .drive = 2.0),
	SNARE(0.80, .low_hz = 165, .high_hz = 290, .high_level = 0.45, .bend = 0.35, .bend_s = 0.060, .low_t60_s = 0.41,
	      .high_t60_s = 0.23, .wires = 1.20, .wires_low_hz = 900, .wires_high_hz = 9000, .wires_t60_s = 0.75,
	      .crack = 0.50, .crack_t60_s = 0.045, .drive = 1.6),
	SNARE(0.26, .low_hz = 205, .high_hz = 362, .high_level = 0.60, .bend = 0.25, .bend_s = 0.030, .low_t60_s = 0.20,
	      .high_t60_s = 0.14, .wires = 1.20, .wires_low_hz = 3200, .wires_high_hz = 8000, .wires_t60_s = 0.17,
	      .crack = 0.60, .crack_t60_s = 0.030, .drive = 0.5),
};

static const struct kit_patch snares_808[] = {
	SNARE(0.35, .low_hz = 180, .high_hz = 330, .high_level = 0.80, .bend = 0.06, .bend_s = 0.030, .low_t60_s = 0.29,
	      .high_t60_s = 0.16, .wires = 1.10, .wires_low_hz = 2700, .wires_high_hz = 9000, .wires_t60_s = 0.28,
	      .crack = 0.10, .crack_t60_s = 0.020, .drive = 0.0),
	SNARE(0.29, .low_hz = 190, .high_hz = 345, .high_level = 1.10, .bend = 0.06, .bend_s = 0.030, .low_t60_s = 0.23,
	      .high_t60_s = 0.17, .wires = 0.35, .wires_low_hz = 2700, .wires_high_hz = 9000, .wires_t60_s = 0.23,
	      .crack = 0.10, .crack_t60_s = 0.020, .drive = 0.0),
	SNARE(0.49, .low_hz = 175, .high_hz = 325, .high_level = 0.60, .bend = 0.06, .bend_s = 0.030, .low_t60_s = 0.32,
	      .high_t60_s = 0.17, .wires = 1.10, .wires_low_hz = 2300, .wires_high_hz = 11000, .wires_t60_s = 0.48,
	      .crack = 0.15, .crack_t60_s = 0.025, .drive = 0.0),
};

static const struct kit_patch snares_909[] = {
	SNARE(0.38, .low_hz = 198, .high_hz = 345, .high_level = 0.75, .bend = 0.85, .bend_s = 0.040, .low_t60_s = 0.23,
	      .high_t60_s = 0.14, .wires = 1.20, .wires_low_hz = 1900, .wires_high_hz = 12000, .wires_t60_s = 0.36,
	      .crack = 0.20, .crack_t60_s = 0.020, .drive = 1.4),
	SNARE(0.29, .low_hz = 215, .high_hz = 370, .high_level = 0.75, .bend = 0.85, .bend_s = 0.035, .low_t60_s = 0.19,
	      .high_t60_s = 0.13, .wires = 1.50, .wires_low_hz = 2400, .wires_high_hz = 14000, .wires_t60_s = 0.26,
	      .crack = 0.25, .crack_t60_s = 0.018, .drive = 1.8),
	SNARE(0.52, .low_hz = 186, .high_hz = 330, .high_level = 0.70, .bend = 0.75, .bend_s = 0.045, .low_t60_s = 0.26,
	      .high_t60_s = 0.16, .wires = 1.20, .wires_low_hz = 1500, .wires_high_hz = 12000, .wires_t60_s = 0.51,
	      .crack = 0.30, .crack_t60_s = 0.030, .drive = 1.4),
};

static const struct kit_patch closed_hats[] = {
	METAL(0.121, .tune = 1.10, .ring = 0.3, .noise = 0.30, .low_hz = 5200, .low_level = 0.15, .low_t60_s = 0.054,
	      .high_hz = 9500, .high_level = 1.0, .high_t60_s = 0.115, .strike = 0.8, .strike_t60_s = 0.020,
	      .bottom_hz = 6500),
	METAL(0.149, .tune = 1.35, .ring = 0.6, .noise = 0.60, .low_hz = 6000, .low_level = 0.20, .low_t60_s = 0.068,
	      .high_hz = 10500, .high_level = 1.0, .high_t60_s = 0.142, .strike = 0.6, .strike_t60_s = 0.025,
	      .bottom_hz = 7200),
	METAL(0.108, .tune = 1.00, .ring = 0.0, .noise = 0.10, .low_hz = 3440, .low_level = 0.00, .low_t60_s = 0.054,
	      .high_hz = 7100, .high_level = 1.0, .high_t60_s = 0.101, .strike = 0.2, .strike_t60_s = 0.010,
	      .bottom_hz = 6500),
	METAL(0.068, .tune = 1.20, .ring = 0.2, .noise = 0.80, .low_hz = 6000, .low_level = 0.10, .low_t60_s = 0.041,
	      .high_hz = 11000, .high_level = 1.0, .high_t60_s = 0.061, .strike = 1.0, .strike_t60_s = 0.010,
	      .bottom_hz = 8000),
	METAL(0.189, .tune = 0.90, .ring = 0.4, .noise = 0.50, .low_hz = 4500, .low_level = 0.30, .low_t60_s = 0.081,
	      .high_hz = 8500, .high_level = 1.0, .high_t60_s = 0.182, .strike = 0.7, .strike_t60_s = 0.030,
	      .bottom_hz = 5500),
};

static const struct kit_patch open_hats[] = {
	METAL(0.45, .tune = 1.10, .ring = 0.3, .noise = 0.30, .low_hz = 5200, .low_level = 0.20, .low_t60_s = 0.30,
	      .high_hz = 9500, .high_level = 1.0, .high_t60_s = 0.46, .strike = 0.5, .strike_t60_s = 0.030,
	      .bottom_hz = 6200),
	METAL(0.60, .tune = 1.35, .ring = 0.6, .noise = 0.60, .low_hz = 6000, .low_level = 0.25, .low_t60_s = 0.40,
	      .high_hz = 10500, .high_level = 1.0, .high_t60_s = 0.62, .strike = 0.4, .strike_t60_s = 0.040,
	      .bottom_hz = 6800),
	METAL(0.50, .tune = 1.00, .ring = 0.0, .noise = 0.10, .low_hz = 3440, .low_level = 0.00, .low_t60_s = 0.30,
	      .high_hz = 7100, .high_level = 1.0, .high_t60_s = 0.52, .strike = 0.1, .strike_t60_s = 0.010,
	      .bottom_hz = 6300),
	METAL(0.28, .tune = 0.95, .ring = 0.4, .noise = 0.70, .low_hz = 4800, .low_level = 0.30, .low_t60_s = 0.20,
	      .high_hz = 9000, .high_level = 1.0, .high_t60_s = 0.28, .strike = 0.6, .strike_t60_s = 0.030,
	      .bottom_hz = 5600),
};

static const struct kit_patch closed_hats_808[] = {
	METAL(0.108, .tune = 1.00, .ring = 0.0, .noise = 0.05, .low_hz = 3440, .low_level = 0.00, .low_t60_s = 0.054,
	      .high_hz = 7100, .high_level = 1.0, .high_t60_s = 0.105, .strike = 0.2, .strike_t60_s = 0.010,
	      .bottom_hz = 6800),
	METAL(0.068, .tune = 1.00, .ring = 0.0, .noise = 0.05, .low_hz = 3440, .low_level = 0.00, .low_t60_s = 0.054,
	      .high_hz = 7400, .high_level = 1.0, .high_t60_s = 0.062, .strike = 0.4, .strike_t60_s = 0.008,
	      .bottom_hz = 7400),
	METAL(0.162, .tune = 1.06, .ring = 0.0, .noise = 0.10, .low_hz = 3440, .low_level = 0.08, .low_t60_s = 0.081,
	      .high_hz = 7000, .high_level = 1.0, .high_t60_s = 0.162, .strike = 0.2, .strike_t60_s = 0.012,
	      .bottom_hz = 6000),
};

static const struct kit_patch open_hats_808[] = {
	METAL(0.50, .tune = 1.00, .ring = 0.0, .noise = 0.05, .low_hz = 3440, .low_level = 0.00, .low_t60_s = 0.30,
	      .high_hz = 7100, .high_level = 1.0, .high_t60_s = 0.52, .strike = 0.1, .strike_t60_s = 0.010,
	      .bottom_hz = 6800),
	METAL(0.25, .tune = 1.00, .ring = 0.0, .noise = 0.05, .low_hz = 3440, .low_level = 0.00, .low_t60_s = 0.20,
	      .high_hz = 7400, .high_level = 1.0, .high_t60_s = 0.25, .strike = 0.2, .strike_t60_s = 0.010,
	      .bottom_hz = 7200),
	METAL(0.80, .tune = 1.06, .ring = 0.0, .noise = 0.10, .low_hz = 3440, .low_level = 0.08, .low_t60_s = 0.50,
	      .high_hz = 7000, .high_level = 1.0, .high_t60_s = 0.85, .strike = 0.1, .strike_t60_s = 0.012,
	      .bottom_hz = 6000),
};

static const struct kit_patch crashes[] = {
	METAL(2.20, .tune = 1.50, .ring = 0.7, .noise = 0.90, .low_hz = 3800, .low_level = 0.55, .low_t60_s = 1.40,
	      .high_hz = 8500, .high_level = 1.0, .high_t60_s = 2.30, .strike = 0.9, .strike_t60_s = 0.120,
	      .bottom_hz = 1800),
	METAL(2.40, .tune = 1.20, .ring = 0.8, .noise = 0.80, .low_hz = 3000, .low_level = 0.65, .low_t60_s = 1.40,
	      .high_hz = 7500, .high_level = 1.0, .high_t60_s = 2.60, .strike = 0.7, .strike_t60_s = 0.200,
	      .bottom_hz = 1400),
	METAL(1.60, .tune = 1.00, .ring = 0.0, .noise = 0.15, .low_hz = 3440, .low_level = 0.50, .low_t60_s = 0.50,
	      .high_hz = 7100, .high_level = 1.0, .high_t60_s = 1.70, .strike = 0.5, .strike_t60_s = 0.080,
	      .bottom_hz = 2200),
	METAL(0.90, .tune = 1.80, .ring = 0.6, .noise = 1.10, .low_hz = 5000, .low_level = 0.45, .low_t60_s = 0.40,
	      .high_hz = 9500, .high_level = 1.0, .high_t60_s = 0.90, .strike = 1.0, .strike_t60_s = 0.080,
	      .bottom_hz = 2600),
};

static const struct kit_patch crashes_808[] = {
	METAL(1.60, .tune = 1.00, .ring = 0.0, .noise = 0.05, .low_hz = 3440, .low_level = 0.60, .low_t60_s = 0.60,
	      .high_hz = 7100, .high_level = 1.0, .high_t60_s = 1.65, .strike = 0.4, .strike_t60_s = 0.060,
	      .bottom_hz = 2400),
	METAL(0.80, .tune = 1.00, .ring = 0.0, .noise = 0.05, .low_hz = 3440, .low_level = 0.45, .low_t60_s = 0.40,
	      .high_hz = 7100, .high_level = 1.0, .high_t60_s = 0.82, .strike = 0.5, .strike_t60_s = 0.050,
	      .bottom_hz = 2800),
	METAL(2.40, .tune = 0.96, .ring = 0.0, .noise = 0.08, .low_hz = 3200, .low_level = 0.80, .low_t60_s = 1.20,
	      .high_hz = 6800, .high_level = 1.0, .high_t60_s = 2.60, .strike = 0.3, .strike_t60_s = 0.080,
	      .bottom_hz = 2000),
};

static const struct kit_patch rides[] = {
	METAL(1.40, .tune = 1.70, .ring = 0.35, .noise = 0.10, .low_hz = 4600, .low_level = 0.50, .low_t60_s = 1.20,
	      .high_hz = 9000, .high_level = 0.6, .high_t60_s = 1.50, .strike = 2.2, .strike_t60_s = 0.040,
	      .bottom_hz = 3000),
	METAL(1.80, .tune = 1.45, .ring = 0.50, .noise = 0.14, .low_hz = 4000, .low_level = 0.45, .low_t60_s = 1.60,
	      .high_hz = 8500, .high_level = 0.7, .high_t60_s = 1.90, .strike = 1.6, .strike_t60_s = 0.050,
	      .bottom_hz = 2600),
	METAL(1.20, .tune = 1.00, .ring = 0.00, .noise = 0.05, .low_hz = 3440, .low_level = 0.60, .low_t60_s = 0.90,
	      .high_hz = 7100, .high_level = 0.7, .high_t60_s = 1.25, .strike = 1.2, .strike_t60_s = 0.030,
	      .bottom_hz = 2800),
	METAL(1.00, .tune = 2.10, .ring = 0.15, .noise = 0.05, .low_hz = 3600, .low_level = 0.90, .low_t60_s = 1.00,
	      .high_hz = 7800, .high_level = 0.4, .high_t60_s = 0.80, .strike = 1.4, .strike_t60_s = 0.025,
	      .bottom_hz = 1800),
};

static const struct kit_patch claps[] = {
	CLAP(0.40, .band_hz = 1150, .q = 1.3, .air = 0.07, .n_bursts = 4, .spacing_s = 0.0100, .burst_t60_s = 0.035,
	     .tail = 0.35, .tail_t60_s = 0.38),
	CLAP(0.34, .band_hz = 1300, .q = 1.8, .air = 0.07, .n_bursts = 3, .spacing_s = 0.0110, .burst_t60_s = 0.030,
	     .tail = 0.45, .tail_t60_s = 0.32),
	CLAP(0.45, .band_hz = 1000, .q = 1.6, .air = 0.04, .n_bursts = 3, .spacing_s = 0.0105, .burst_t60_s = 0.045,
	     .tail = 0.30, .tail_t60_s = 0.45),
	CLAP(0.18, .band_hz = 1600, .q = 1.2, .air = 0.10, .n_bursts = 2, .spacing_s = 0.0130, .burst_t60_s = 0.040,
	     .tail = 0.20, .tail_t60_s = 0.16),
	CLAP(0.70, .band_hz = 950, .q = 1.1, .air = 0.08, .n_bursts = 5, .spacing_s = 0.0120, .burst_t60_s = 0.040,
	     .tail = 0.40, .tail_t60_s = 0.70),
};

static const struct kit_patch claps_808[] = {
	CLAP(0.45, .band_hz = 1000, .q = 1.8, .air = 0.03, .n_bursts = 3, .spacing_s = 0.0105, .burst_t60_s = 0.045,
	     .tail = 0.32, .tail_t60_s = 0.44),
	CLAP(0.25, .band_hz = 1050, .q = 1.8, .air = 0.03, .n_bursts = 3, .spacing_s = 0.0095, .burst_t60_s = 0.040,
	     .tail = 0.22, .tail_t60_s = 0.24),
	CLAP(0.80, .band_hz = 950, .q = 1.6, .air = 0.05, .n_bursts = 4, .spacing_s = 0.0110, .burst_t60_s = 0.045,
	     .tail = 0.40, .tail_t60_s = 0.80),
};

static const struct kit_patch rims[] = {
	MODAL(0.070, .mode = { { 480, 0.8, 0.030 }, { 1720, 1.0, 0.045 } }, .noise = 0.5, .noise_hz = 5000, .noise_q = 0.7,
	      .noise_t60_s = 0.008, .drive = 2.0, .bottom_hz = 350),
	MODAL(0.060, .mode = { { 220, 0.6, 0.030 }, { 500, 1.0, 0.035 }, { 1000, 0.8, 0.030 } }, .noise = 0.8,
	      .noise_hz = 4000, .noise_q = 0.7, .noise_t60_s = 0.010, .drive = 3.0, .bottom_hz = 250),
	MODAL(0.055, .mode = { { 455, 1.0, 0.035 }, { 1667, 1.0, 0.035 } }, .noise = 0.1, .noise_hz = 6000, .noise_q = 0.7,
	      .noise_t60_s = 0.004, .drive = 3.5, .bottom_hz = 450),
	MODAL(0.120, .mode = { { 390, 1.0, 0.080 }, { 930, 0.6, 0.060 }, { 2150, 0.4, 0.035 } }, .noise = 0.6,
	      .noise_hz = 3500, .noise_q = 0.6, .noise_t60_s = 0.012, .drive = 1.2, .bottom_hz = 250),
};

static const struct kit_patch rims_808[] = {
	MODAL(0.055, .mode = { { 455, 1.0, 0.035 }, { 1667, 1.0, 0.035 } }, .drive = 3.5, .bottom_hz = 450),
	MODAL(0.050, .mode = { { 500, 1.0, 0.028 }, { 1720, 1.2, 0.028 } }, .drive = 4.5, .bottom_hz = 550),
	MODAL(0.080, .mode = { { 440, 1.0, 0.055 }, { 1620, 0.8, 0.055 } }, .drive = 2.5, .bottom_hz = 400),
};

#define TOM(seconds, f, second, hiss)                                                                                  \
	MODAL(seconds, .mode = { { (f), 1.0, 0.95 * (seconds) }, { 1.59 * (f), (second), 0.40 * (seconds) },           \
				 { 2.14 * (f), 0.5 * (second), 0.25 * (seconds) } },                                   \
	      .bend = 0.55, .bend_s = 0.11, .noise = (hiss), .noise_hz = 6 * (f), .noise_q = 0.6,                      \
	      .noise_t60_s = 0.12 * (seconds), .drive = 0.9)
#define TOM_909(seconds, f)                                                                                            \
	MODAL(seconds, .mode = { { (f), 1.0, 0.95 * (seconds) }, { 1.5 * (f), 0.45, 0.50 * (seconds) },                \
				 { 2.6 * (f), 0.2, 0.30 * (seconds) } },                                               \
	      .bend = 1.0, .bend_s = 0.09, .noise = 0.5, .noise_hz = 2200, .noise_q = 0.5, .noise_t60_s = 0.05,        \
	      .drive = 1.6)
#define TOM_808(seconds, f)                                                                                            \
	MODAL(seconds, .mode = { { (f), 1.0, 0.98 * (seconds) } }, .bend = 0.16, .bend_s = 0.20, .noise = 0.10,        \
	      .noise_hz = 500, .noise_q = 0.6, .noise_t60_s = 0.60 * (seconds), .drive = 0.3)

static const struct kit_patch low_toms[] = {
	TOM(0.60, 88, 0.35, 0.35), TOM_909(0.65, 80), TOM_808(0.70, 82), TOM(0.40, 98, 0.55, 0.60),
};
static const struct kit_patch mid_toms[] = {
	TOM(0.50, 130, 0.35, 0.35), TOM_909(0.55, 118), TOM_808(0.60, 122), TOM(0.32, 145, 0.55, 0.60),
};
static const struct kit_patch high_toms[] = {
	TOM(0.40, 190, 0.35, 0.35), TOM_909(0.45, 172), TOM_808(0.50, 170), TOM(0.26, 210, 0.55, 0.60),
};
static const struct kit_patch low_toms_808[] = { TOM_808(0.70, 82), TOM_808(0.45, 90), TOM_808(1.00, 76) };
static const struct kit_patch mid_toms_808[] = { TOM_808(0.60, 122), TOM_808(0.38, 132), TOM_808(0.85, 114) };
static const struct kit_patch high_toms_808[] = { TOM_808(0.50, 170), TOM_808(0.32, 184), TOM_808(0.70, 160) };
static const struct kit_patch toms[] = {
	TOM(0.60, 88, 0.35, 0.35), TOM(0.50, 130, 0.35, 0.35), TOM(0.40, 190, 0.35, 0.35), TOM_909(0.65, 80),
	TOM_909(0.55, 118), TOM_909(0.45, 172),
};

#define CONGA(seconds, f, slap)                                                                                        \
	MODAL(seconds, .mode = { { (f), 1.0, (seconds) }, { 1.59 * (f), 0.25, 0.35 * (seconds) },                      \
				 { 2.9 * (f), 0.25 * (slap), 0.12 * (seconds) } },                                     \
	      .bend = 0.08, .bend_s = 0.06, .noise = (slap), .noise_hz = 9 * (f), .noise_q = 0.8,                       \
	      .noise_t60_s = 0.015, .drive = 0.6)
#define WOOD(seconds, f)                                                                                               \
	MODAL(seconds, .mode = { { (f), 1.0, (seconds) }, { 2.42 * (f), 0.45, 0.55 * (seconds) },                      \
				 { 4.3 * (f), 0.20, 0.30 * (seconds) } },                                              \
	      .noise = 0.4, .noise_hz = 3 * (f), .noise_q = 1.0, .noise_t60_s = 0.006, .drive = 1.0, .bottom_hz = 200)
#define CLAVES(seconds, f)                                                                                             \
	MODAL(seconds, .mode = { { (f), 1.0, (seconds) }, { 2.75 * (f), 0.06, 0.25 * (seconds) } }, .bottom_hz = 600)
#define SHAKER(seconds, f)                                                                                             \
	MODAL(seconds, .noise = 1.0, .noise_hz = (f), .noise_q = 1.2, .noise_t60_s = (seconds), .bottom_hz = 0.5 * (f))

static const struct kit_patch percussion[] = {
	WOOD(0.14, 820),       CONGA(0.30, 310, 0.5), CLAVES(0.10, 2500),
	CONGA(0.40, 200, 0.3), WOOD(0.18, 560),       SHAKER(0.08, 6500),
};
static const struct kit_patch claves[] = { CLAVES(0.10, 2500), CLAVES(0.08, 2650), CLAVES(0.14, 2200) };
static const struct kit_patch low_congas[] = { CONGA(0.42, 176, 0.25), CONGA(0.30, 185, 0.6), CONGA(0.55, 168, 0.15) };
static const struct kit_patch mid_congas[] = { CONGA(0.36, 252, 0.25), CONGA(0.25, 265, 0.6), CONGA(0.48, 240, 0.15) };
static const struct kit_patch high_congas[] = { CONGA(0.30, 372, 0.25), CONGA(0.20, 390, 0.6), CONGA(0.40, 355, 0.15) };
static const struct kit_patch shakers[] = { SHAKER(0.08, 6500), SHAKER(0.05, 8000), SHAKER(0.14, 5200) };

static const struct kit_patch cowbells[] = {
	BELL(0.36, .low_hz = 560, .high_hz = 845, .band_hz = 1500, .q = 0.9,
	     .strike = 1.4, .strike_t60_s = 0.030, .t60_s = 0.34),
	BELL(0.22, .low_hz = 620, .high_hz = 930, .band_hz = 2400, .q = 1.2,
	     .strike = 1.8, .strike_t60_s = 0.025, .t60_s = 0.20),
	BELL(0.45, .low_hz = 540, .high_hz = 800, .band_hz = 2640, .q = 1.0,
	     .strike = 1.6, .strike_t60_s = 0.040, .t60_s = 0.45),
	BELL(0.60, .low_hz = 440, .high_hz = 653, .band_hz = 1200, .q = 0.8,
	     .strike = 1.0, .strike_t60_s = 0.030, .t60_s = 0.60),
};
static const struct kit_patch cowbells_808[] = {
	BELL(0.45, .low_hz = 540, .high_hz = 800, .band_hz = 2640, .q = 1.0,
	     .strike = 1.6, .strike_t60_s = 0.040, .t60_s = 0.45),
	BELL(0.25, .low_hz = 540, .high_hz = 800, .band_hz = 2640, .q = 1.4,
	     .strike = 1.8, .strike_t60_s = 0.030, .t60_s = 0.24),
	BELL(0.70, .low_hz = 530, .high_hz = 786, .band_hz = 2400, .q = 0.9,
	     .strike = 1.4, .strike_t60_s = 0.040, .t60_s = 0.72),
};

/* C4 is 261.63 Hz. */
#define C2_HZ 65.40639132514966
#define C4_HZ 261.6255653005986
#define C5_HZ 523.2511306011972
#define C6_HZ 1046.5022612023945

static const struct kit_patch basses[] = {
	TONE(0.80, .wave = KIT_SAW, .hz = C2_HZ, .second = 0.7, .sub = 0.5, .close_hz = 140, .open_hz = 1500,
	     .sweep_t60_s = 0.50, .q = 1.6, .hold_s = 0.08, .t60_s = 0.72, .drive = 0.8),
	TONE(0.50, .wave = KIT_PULSE, .hz = C2_HZ, .sub = 0.4, .close_hz = 120, .open_hz = 2600, .sweep_t60_s = 0.28,
	     .q = 3.5, .hold_s = 0.04, .t60_s = 0.46, .drive = 1.2),
	TONE(1.20, .wave = KIT_SINE, .hz = C2_HZ, .bend = 0.8, .bend_s = 0.05, .hold_s = 0.20, .t60_s = 1.00, .drive = 1.6),
	TONE(0.60, .wave = KIT_SAW, .hz = C2_HZ, .close_hz = 180, .open_hz = 3200, .sweep_t60_s = 0.40, .q = 6.0,
	     .hold_s = 0.10, .t60_s = 0.50, .drive = 2.0),
};
static const struct kit_patch blips[] = {
	TONE(0.08, .wave = KIT_SINE, .hz = C6_HZ, .hold_s = 0.02, .t60_s = 0.06),
	TONE(0.08, .wave = KIT_PULSE, .hz = C5_HZ, .hold_s = 0.02, .t60_s = 0.06),
	TONE(0.12, .wave = KIT_SINE, .hz = C5_HZ, .bend = 1.0, .bend_s = 0.06, .hold_s = 0.02, .t60_s = 0.10),
	TONE(0.15, .wave = KIT_PULSE, .hz = C6_HZ, .close_hz = 600, .open_hz = 6000, .sweep_t60_s = 0.12, .q = 2.0,
	     .hold_s = 0.02, .t60_s = 0.13),
};
static const struct kit_patch tones[] = {
	TONE(0.50, .wave = KIT_SINE, .hz = C4_HZ, .hold_s = 0.42, .t60_s = 0.10),
	TONE(0.50, .wave = KIT_SAW, .hz = C4_HZ, .hold_s = 0.42, .t60_s = 0.10),
	TONE(0.50, .wave = KIT_PULSE, .hz = C4_HZ, .hold_s = 0.42, .t60_s = 0.10),
	TONE(0.50, .wave = KIT_SINE, .hz = C5_HZ, .hold_s = 0.42, .t60_s = 0.10),
};
static const struct kit_patch clicks[] = {
	MODAL(0.05, .mode = { { 2000, 1.0, 0.012 } }, .noise = 0.7, .noise_hz = 4000, .noise_q = 0.6, .noise_t60_s = 0.006),
	MODAL(0.05, .mode = { { 1000, 1.0, 0.020 } }, .noise = 0.2, .noise_hz = 3000, .noise_q = 0.6, .noise_t60_s = 0.004),
	MODAL(0.05, .mode = { { 3600, 1.0, 0.008 } }, .noise = 1.0, .noise_hz = 7000, .noise_q = 0.7, .noise_t60_s = 0.005,
	      .bottom_hz = 1500),
};

/* X(name, patches), sorted by name as bytes. */
#define KIT_DRUMS(X)                                                                                                   \
	X("808", kicks_808)                                                                                            \
	X("808bd", kicks_808)                                                                                          \
	X("808cb", cowbells_808)                                                                                       \
	X("808cl", claves)                                                                                             \
	X("808cp", claps_808)                                                                                          \
	X("808cy", crashes_808)                                                                                        \
	X("808hc", high_congas)                                                                                        \
	X("808hh", closed_hats_808)                                                                                    \
	X("808ht", high_toms_808)                                                                                      \
	X("808lc", low_congas)                                                                                         \
	X("808lt", low_toms_808)                                                                                       \
	X("808ma", shakers)                                                                                            \
	X("808mc", mid_congas)                                                                                         \
	X("808mt", mid_toms_808)                                                                                       \
	X("808oh", open_hats_808)                                                                                      \
	X("808rs", rims_808)                                                                                           \
	X("808sd", snares_808)                                                                                         \
	X("808sn", snares_808)                                                                                         \
	X("909", kicks_909)                                                                                            \
	X("909bd", kicks_909)                                                                                          \
	X("909sd", snares_909)                                                                                         \
	X("909sn", snares_909)                                                                                         \
	X("bass", basses)                                                                                              \
	X("bd", kicks)                                                                                                 \
	X("blip", blips)                                                                                               \
	X("cb", cowbells)                                                                                              \
	X("ch", closed_hats)                                                                                           \
	X("clap", claps)                                                                                               \
	X("claves", claves)                                                                                            \
	X("click", clicks)                                                                                             \
	X("conga", mid_congas)                                                                                         \
	X("cowbell", cowbells)                                                                                         \
	X("cp", claps)                                                                                                 \
	X("cr", crashes)                                                                                               \
	X("crash", crashes)                                                                                            \
	X("hat", closed_hats)                                                                                          \
	X("hc", closed_hats)                                                                                           \
	X("hh", closed_hats)                                                                                           \
	X("ho", open_hats)                                                                                             \
	X("ht", high_toms)                                                                                             \
	X("kick", kicks)                                                                                               \
	X("lt", low_toms)                                                                                              \
	X("mt", mid_toms)                                                                                              \
	X("oh", open_hats)                                                                                             \
	X("openhat", open_hats)                                                                                        \
	X("perc", percussion)                                                                                          \
	X("rd", rides)                                                                                                 \
	X("ride", rides)                                                                                               \
	X("rim", rims)                                                                                                 \
	X("rs", rims)                                                                                                  \
	X("sd", snares)                                                                                                \
	X("shaker", shakers)                                                                                           \
	X("sn", snares)                                                                                                \
	X("snare", snares)                                                                                             \
	X("tom", toms)                                                                                                 \
	X("tone", tones)

#define TABLE_ROW(name, patches) { (name), #patches, (patches), sizeof(patches) / sizeof((patches)[0]) },
#define TABLE_NAME(name, patches) (name),

const struct kit_drum kit_table[] = { KIT_DRUMS(TABLE_ROW) };
const char *const kit_table_names[] = { KIT_DRUMS(TABLE_NAME) };
const size_t kit_table_len = sizeof(kit_table) / sizeof(kit_table[0]);
/* clang-format on */
