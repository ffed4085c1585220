# The thirty experiments. Each is a program of its own, run with PHONOND and, for what it preloads, in the folder of the build:
#
#   PHONOND=$PWD/phonond ../tests/torture/01_kill.py
#
# "make torture" runs them all, the short way or for TORTURE_SECONDS each, and prints docs/RELIABILITY.md.
TORTURE_RIG = tests/torture/rig/__init__.py tests/torture/rig/crowd.py tests/torture/rig/experiment.py \
	tests/torture/rig/folder.py tests/torture/rig/history.py tests/torture/rig/oracle.py tests/torture/rig/power.py \
	tests/torture/rig/service.py tests/torture/rig/work.py
TORTURE_EXPERIMENTS = tests/torture/00_checker.py tests/torture/01_kill.py tests/torture/02_crash_points.py \
	tests/torture/03_power_loss.py tests/torture/04_disk_full.py tests/torture/05_file_errors.py \
	tests/torture/06_short_writes.py tests/torture/07_no_io_uring.py tests/torture/08_drain.py \
	tests/torture/09_signals.py tests/torture/10_clock.py tests/torture/11_bodies.py tests/torture/12_slow_clients.py \
	tests/torture/13_headers.py tests/torture/14_paths.py tests/torture/16_injection.py \
	tests/torture/17_hostile_programs.py tests/torture/24_exhaustion.py tests/torture/26_tokens.py \
	tests/torture/27_cancel_race.py tests/torture/28_ranges.py tests/torture/29_database.py tests/torture/30_soak.py
dist_check_SCRIPTS += $(TORTURE_EXPERIMENTS)
EXTRA_DIST += $(TORTURE_RIG)

# Libraries that are preloaded: neither hardened nor instrumented, as they stand between a program and the C library.
TORTURE_PRELOADS = tests/torture/preload/disk.so tests/torture/preload/clock.so tests/torture/preload/memory.so
check_PROGRAMS += $(TORTURE_PRELOADS)
TORTURE_COMPILE = -std=gnu17 -Wall -Wextra -fPIC
TORTURE_LINK = -shared -pthread
tests_torture_preload_disk_so_SOURCES = tests/torture/preload/disk.c
tests_torture_preload_disk_so_CFLAGS = $(TORTURE_COMPILE)
tests_torture_preload_disk_so_LDFLAGS = $(TORTURE_LINK)
tests_torture_preload_clock_so_SOURCES = tests/torture/preload/clock.c
tests_torture_preload_clock_so_CFLAGS = $(TORTURE_COMPILE)
tests_torture_preload_clock_so_LDFLAGS = $(TORTURE_LINK)
tests_torture_preload_memory_so_SOURCES = tests/torture/preload/memory.c
tests_torture_preload_memory_so_CFLAGS = $(TORTURE_COMPILE)
tests_torture_preload_memory_so_LDFLAGS = $(TORTURE_LINK)

# The build with crash points is a folder beside: most of it is the same, so a compiler cache makes it quick.
.PHONY: torture
torture: phonond $(TORTURE_PRELOADS)
	$(MKDIR_P) crash-points
	cd crash-points && { test -f Makefile || $(abs_srcdir)/configure --quiet --enable-crash-points; } && $(MAKE) $(AM_MAKEFLAGS) phonond
	PHONOND=$(abs_builddir)/phonond PHONOND_CRASHING=$(abs_builddir)/crash-points/phonond \
		$(srcdir)/tests/torture/run.py --report $(srcdir)/docs/RELIABILITY.md

# What every "make check" runs, 25 seconds on two cores: the test of the checkers, and
# what is quick. The others wait for disks, leases and deadlines; tests/integration has short forms of most.
TESTS += tests/torture/check.sh
dist_check_SCRIPTS += tests/torture/check.sh
EXTRA_DIST += tests/torture/run.py
