#include "base/cpu_level.h"

#include <stdlib.h>
#include <string.h>

enum cpu_level cpu_level;

#if defined(__x86_64__)
/* clang 14 asks for single features only: no processor has these without the rest of the level. */
#ifdef __clang__
#define CPU_HAS_V3 (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma"))
#define CPU_HAS_V4                                                                                                     \
	(CPU_HAS_V3 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&                     \
	 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
#else
#define CPU_HAS_V3 __builtin_cpu_supports("x86-64-v3")
#define CPU_HAS_V4 __builtin_cpu_supports("x86-64-v4")
#endif
#endif

enum cpu_level cpu_level_highest(void)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (CPU_HAS_V4)
		return CPU_LEVEL_V4;
	if (CPU_HAS_V3)
		return CPU_LEVEL_V3;
#endif
	return CPU_LEVEL_DEFAULT;
}

const char *cpu_level_name(enum cpu_level level)
{
	static const char *const names[CPU_LEVELS] = { "default", "v3", "v4" };

	return names[level];
}

__attribute__((constructor)) static void level_choose(void)
{
	const char *wanted = getenv("PHONOND_SIMD");

	cpu_level = cpu_level_highest();
	for (enum cpu_level level = CPU_LEVEL_DEFAULT; wanted && level < cpu_level; level++)
		if (strcmp(wanted, cpu_level_name(level)) == 0)
			cpu_level = level;
}
