-- Chords of one bar, thrown into a delay and a large room.
tempo: 0.4
~chord $ saw # lpf 900 1.2 # gain 0.25
o1 $ s "~ ~chord ~ [~ ~chord]" # note "<a2'min7 d3'min7 f2'maj7 e3'min7>" # ar 0.005 0.35 # delay 0.47 0.55 0.45 # reverb 0.8 0.4 0.3
o2 $ s "bd ~ ~ [~ bd]" # gain 0.8
o3 $ s "~ ~ rim ~" # gain 0.4 # delay 0.31 0.4 0.4
o4 $ sine "<55 55 43.65 41.2>" # gain 0.3
