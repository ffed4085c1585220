#include "render/dsp/osc.h"

void osc_advance(void *acc, const struct node_io *io, size_t n)
{
	phase_advance(acc, &io->in[OSC_FREQ], osc_rate(io, osc_offset_ratio(io)), n);
}

void osc_advance_freq(void *acc, const struct node_io *io, size_t n)
{
	phase_advance(acc, &io->in[OSC_FREQ], osc_rate(io, 1.0), n);
}
