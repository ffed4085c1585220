#!/bin/sh
# What the objects of render/dsp/ call: each other, the CPU's level, and moves of memory. Whatever else they call, such
# as libm or an allocator, would be a kernel's and stand for jitter; the table below has those that run where a plan
# is built. Runs in the build folder.
set -u

# FILE:FUNCTION, called from reset(), tail_s() or a table's first use; and the transform of freeze, which runs in memory
# that reset() gave it.
allowed='brown_noise:pow distort:sin reverb:log vocoder:exp freeze:kiss_fft freeze:kiss_fft_alloc registry:name_index_add_all registry:name_index_find
registry:pthread_once sinc:aligned_alloc sinc:free sinc:malloc sinc:pthread_mutex_lock sinc:pthread_mutex_unlock sinc:sin'
# The compiler's own, and what is an instruction unless it is told not to optimise.
plain='_.*|cpu_level|mem(set|cpy|move|cmp)|(floor|ceil|rint|trunc|sqrt|fabs|fmin|fmax|lrint)f?'

own=$(nm --defined-only -g render/dsp/*.o | awk 'NF == 3 { print $3 }' | sort -u)
[ -n "$own" ] || { echo "no objects in render/dsp"; exit 1; }
n=0
failed=0
for object in render/dsp/*.o; do
	file=$(basename "$object" .o)
	for symbol in $(nm -u "$object" | awk '{ print $NF }' | sed 's/@.*//' | grep -vxE "$plain"); do
		echo "$own" | grep -qx "$symbol" && continue
		case " $(echo $allowed) " in
		*" $file:$symbol "*) continue ;;
		esac
		echo "render/dsp/$file.c calls $symbol"
		failed=$((failed + 1))
	done
	n=$((n + 1))
done
echo "$((n - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
