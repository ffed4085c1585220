-- A ride cymbal that leans, a walking bass on triangles, chords on the off-beats.
tempo: 0.45
~bass $ tri # lpf 700 # gain 0.5
~keys $ sine # gain 0.12
o1 $ s "rd [rd@2 rd] rd [rd@2 rd]" # gain 0.35 # pan 0.3
o2 $ s "~bass*4" # note "<[d2 f2 a2 c3] [g2 b2 d3 f3] [c2 e2 g2 b2] [a2 c3 e3 g3]>" # ar 0.005 0.5
o3 $ s "~ [~ ~keys] ~keys ~" # note "<d4'min7 g4'dom7 c4'maj7 a4'min7>" # ar 0.01 0.6 # reverb 0.5 0.5 0.25
o4 $ s "~ hh ~ hh" # gain 0.25
