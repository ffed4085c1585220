-- A ride cymbal that leans, a walking bass on triangles, chords on the off-beats, brushes, and a vibraphone that guesses.
tempo: 0.45
~bass $ tri 110 # lpf 700
~keys $ sine 261.63 + sine 523.25 * 0.3
~vibes $ sine 440 + sine 1760 * (0.3 * env 1 0.001 0.1 0.1 0.1)
o1 $ s "rd [rd@2 rd] rd [rd@2 rd]" # gain 0.38 # pan 0.3
o2 $ s "~bass*4" # note "<[d2 f2 a2 c3] [g2 b2 d3 f3] [c2 e2 g2 b2] [a2 c3 e3 g3]>" # ar 0.005 0.5 # gain 0.52
o3 $ s "~ [~ ~keys] ~keys ~" $ sometimesBy 0.3 (late 0.0625) # note "<d4'min7 g4'dom7 c4'maj7 a4'min7>" # ar 0.01 0.6 # reverb 0.5 0.5 0.25 # gain 0.13
o4 $ s "~ hh ~ hh" # gain 0.45
o5 $ s "[~vibes@2 ~vibes]*4" $ degradeBy 0.45 # note "<[d5 f5 a5 c6 e5 d5 a4 c5] [b4 d5 f5 g5 f5 d5 b4 a4] [g4 b4 c5 e5 g5 e5 d5 b4] [c5 e5 a5 g5 e5 c5 bf4 a4]>" # ar 0.002 0.7 # pan -0.3 # tremolo 5 0.5 # reverb 0.6 0.5 0.3 # gain 0.2
o6 $ noise * tadsr "t*4" 0.05 0.3 0.2 0.1 # bpf 3500 0.8 # gain 0.03
