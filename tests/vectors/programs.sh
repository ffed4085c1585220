#!/bin/sh
# Says the transform vectors as programs and compares what they play; prints the counts.
exec python3 "${PHONOND_SRCDIR:-.}/tests/vectors/programs.py" "${PHONOND:-./phonond}"
