-- Plucked strings after Karplus and Strong; the left hand repeats, the right hand thinks.
cps: 0.35
~string $ pluck 220 0.4 # lpf 4500 0.8
~left $ s "~string*8" # note "<[a2 e3 a3 c4 e4 c4 a3 e3] [f2 c3 f3 a3 c4 a3 f3 c3] [c3 g3 c4 e4 g4 e4 c4 g3] [g2 d3 g3 b3 d4 b3 g3 d3]>" # ar 0.001 1.6 # gain "0.6 0.4 0.5 0.4" # pan -0.25
~right $ s "<[~ ~string ~ ~string] [~string ~ ~ ~string] [~ ~ ~string ~]>" $ sometimesBy 0.3 (off 0.125 (# gain 0.4)) # note "<[e5 d5] [c5 b4 a4] [g4 c5]>" # ar 0.001 2.2 # gain 0.8 # pan 0.3
out $ (~left + ~right) # hpf 60 # plate 12 2.5 0.7 0.4 0.3 0.25 # gain 1.3
