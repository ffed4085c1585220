#!/bin/sh
# The experiments that run with every "make check"; see local.mk.
exec "$PHONOND_SRCDIR/tests/torture/run.py" 00 11 26 28 29
