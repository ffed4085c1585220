/* Denormal numbers are zero to the renderer: they cost a hundred cycles each, and nobody hears them. Whatever computes
 * samples does so in a thread where they are flushed (FTZ and DAZ), or its bits would depend on the thread. */
#ifndef RENDER_ENGINE_DENORMALS_H
#define RENDER_ENGINE_DENORMALS_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

/* In this thread from now on. Returns what denormals_restore() takes. */
static inline uint64_t denormals_flush(void)
{
#if defined(__x86_64__)
	unsigned before = _mm_getcsr();
	_mm_setcsr(before | 0x8040); /* FTZ, DAZ */
	return before;
#elif defined(__aarch64__)
	uint64_t before;
	__asm__ volatile("mrs %0, fpcr" : "=r"(before));
	__asm__ volatile("msr fpcr, %0" : : "r"(before | (1u << 24))); /* FZ */
	return before;
#else
	return 0;
#endif
}

static inline void denormals_restore(uint64_t before)
{
#if defined(__x86_64__)
	_mm_setcsr((unsigned)before);
#elif defined(__aarch64__)
	__asm__ volatile("msr fpcr, %0" : : "r"(before));
#else
	(void)before;
#endif
}

#endif
