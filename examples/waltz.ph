-- A music box in three: triangle bells, a low string on one, chords on two and three.
cps: 0.4
~bell $ tri 880 + sine 2640 * (0.4 * env 1 0.001 0.15 0.1 0.1)
~low $ tri 110 # lpf 600 0.7
~mid $ soft_saw 220 # lpf 900
~melody $ s "~bell*3" $ humanize 0.02 0.1 # note "<[e5 c5 g5] [f5 ~ d5] [e5 a5 g5] [d5 b4 c5] [e5 g5 c6] [a5 ~ f5] [d5 b4 d5] [c5 ~ ~]>" # ar 0.002 0.9 # pan 0.2 # gain 0.4
~one $ s "~low ~ ~" # note "<c2 g2 a2 g2 c2 f2 g2 c2>" # ar 0.005 0.9 # gain 0.5
~two $ s "~ ~mid ~mid" # note "<c3'maj g3'dom7 a3'min g3'maj c3'maj f3'maj g3'dom7 c3'maj>" # ar 0.005 0.4 # pan -0.2 # gain 0.5
out $ (~melody + ~one + ~two) # reverb 0.6 0.4 0.25 # gain 0.95
