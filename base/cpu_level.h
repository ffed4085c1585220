/* The instruction set that kernels run with.
 *
 * Kernels are compiled for each level (SIMD_CLONES in render/dsp/simd.h) and look here, at every call, which one to
 * run. The bits that they make do not depend on it, which tests can see by forcing it. */
#ifndef BASE_CPU_LEVEL_H
#define BASE_CPU_LEVEL_H

/* Ascending: each can do what those before it can. */
enum cpu_level {
	CPU_LEVEL_DEFAULT, /* what the compiler takes for granted: SSE2 on x86-64 */
	CPU_LEVEL_V3,      /* x86-64-v3: AVX2 */
	CPU_LEVEL_V4,      /* x86-64-v4: AVX-512 */
	CPU_LEVELS,
};

/* Set before main(): the machine's highest, or the one that the environment's PHONOND_SIMD names ("default", "v3",
 * "v4"), whichever is lower. Only tests and benchmarks change it later, never above cpu_level_highest(), while no
 * kernel runs. */
extern enum cpu_level cpu_level;

/* Of this machine. */
enum cpu_level cpu_level_highest(void);

/* "default", "v3", "v4". */
const char *cpu_level_name(enum cpu_level level);

#endif
