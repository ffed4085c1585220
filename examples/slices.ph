-- The kit cut in pieces, and every third cycle backwards.
tempo: 0.6
o1 $ every 3 rev $ chop 4 $ s "cr oh*2 808sn cr" # gain 0.4
o2 $ s "bd(5,16)" # gain 0.65
o3 $ s "perc:<0 1 2>*4" # speed "1 1.5 0.75 -1" # gain 0.4 # pan "-0.6 0.6 -0.2 0.2"
