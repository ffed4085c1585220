-- Half time, a long 808 that glides, hats that roll, a bell that does not leave.
cps: 0.29
~eight $ s "808bd:3 ~ ~ 808bd:3 ~ ~ [~ 808bd:3] ~" # note "<0 0 3 -2>" # cut 1 # gain 0.8 # distort 2 0.35
~snare $ s "~ ~ [808sn, cp] ~" # gain 0.8 # reverb 0.5 0.5 0.15
~hats $ s "hh*8" $ sometimesBy 0.35 (ply "<2 3 4>") # gain (range 0.35 0.65 $ rand) # pan (sine 0.4 * 0.5)
~open $ s "~ ~ ~ <~ oh>" # gain 0.35 # pan 0.3
~chime $ fm 660 1980 1.5
~bell $ s "~chime*2 [~ ~chime] ~ ~chime" # note "<[e5 g5 b5 c6] [e5 g5 a5 fs5]>" # ar 0.002 0.9 # pingpong 0.431 0.45 0.9 :mix 0.4
~dark $ supersaw 82.41 0.15 5 # lpf 700
~pad $ s "~dark" # note "<e3'min e3'min c3'maj7 b2'min7>" # ar 0.8 2.5 # reverb 0.9 0.5 0.4
out $ (~eight * 0.8 + ~snare + ~hats + ~open + ~bell * 0.28 + ~pad * 0.4) * 0.75
