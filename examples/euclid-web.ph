-- Rhythms of Euclid against each other: 3, 5 and 7 in 8 and 16.
tempo: 0.5
o1 $ s "808bd(3,8)" # gain 0.62
o2 $ s "808hh(7,16,1)" # gain 0.6 # pan 0.4
o3 $ s "cb(5,16,3)" # gain 0.25 # pan -0.5
o4 $ s "lt(3,8,2), ht(5,16,7)" # gain 0.42
o5 $ degradeBy 0.3 $ s "rim(11,16)" # gain 0.4
