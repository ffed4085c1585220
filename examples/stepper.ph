-- An arpeggio of plucked squares, mirrored between the speakers.
tempo: 0.5
~pluck $ square # lpf 2400 # gain 0.2
o1 $ jux rev $ s "~pluck*8" # note "<[c4 eb4 g4 bb4 c5 bb4 g4 eb4] [ab3 c4 eb4 g4 ab4 g4 eb4 c4]>" # ar 0.002 0.25
o2 $ s "bd*2" # gain 0.7
o3 $ s "hh*8?" # gain 0.5
