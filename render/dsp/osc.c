#include "render/dsp/osc.h"

void osc_advance(void *acc, const struct node_io *io, size_t n)
{
	phase_advance(acc, &io->in[OSC_FREQ], osc_cycles_per_hz(io), n);
}

void osc_advance_freq(void *acc, const struct node_io *io, size_t n)
{
	phase_advance(acc, &io->in[OSC_FREQ], 1.0 / io->env->sample_rate_hz, n);
}
