/* White noise: a hash of (seed, call site, channel, frame), so any span can be computed on its own. */
#include "render/dsp/source.h"

SIMD_CLONES(static, noise_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	uint64_t key = source_noise_key(io);

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES)
		output_store(io->out[0], i, n, source_noise(io, key, i));
}

const struct node_def node_noise = {
	.name = "noise",
	.aliases = { "white_noise" },
	.doc = "white noise, uniform in -1 to 1",
	.reference = "https://nullprogram.com/blog/2018/07/31/",
	.example = "out $ noise # lpf 2000 # gain 0.2",
	.time_class = TIME_PURE,
	.is_individual = true,
	.process = noise_process,
};
