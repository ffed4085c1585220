-- Rhythms of five, seven and nine against each other; every sound changes its place.
cps: 0.5
~a $ s "{bd rim:1 ~ sn:3 ~}%8" # speed (choose [1, 1.5, 0.75]) # gain 0.75
~b $ s "{hh hh:2 ~ perc ~ hh ~}%16" $ sometimesBy 0.15 (ply 3) # gain 0.5 # pan (sine 0.37 * 0.9)
~c $ s "{click ~ blip ~ click ~ ~ blip:1 ~}%12" # note "{0 7 3 10 -5}%12" # gain 0.6 # pan (rand * 1.6 - 0.8) # delay 0.1875 0.55 0.45
~glass $ fm 523.25 1830 2 # gain 0.16
~m $ s "{~glass ~ ~glass ~glass ~}%6" # note "{c5 ef5 g5 bf5 f5 d5 as4}%6" # ar 0.002 0.7 # plate 15 3 0.7 0.3 0.4 0.4
~bed $ (tri "<65.41 77.78 58.27>/2" + superpwm "<130.81 155.56 116.54>/2" 0.3 0.8 * 0.2) # lpf (perlin * 700 + 300) # gain 0.14
o1 $ (~a + ~b) # bitcrush "<16 16 6 16>" "<1 1 3 1>" # gain 0.75
o2 $ ~c * 0.8 + ~m
o3 $ ~bed
