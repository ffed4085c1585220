-- Deep house: minor ninths through a phaser, a shaker that leans, a kick with no edges.
cps: 0.51
~kick $ s "bd:2*4" # gain 0.85 # lpf 2200
~shaker $ s "hh:1*16" $ swingBy 0.1 8 # gain "0.25 0.5 0.3 0.7" # pan (perlin * 0.8 - 0.2)
~rim $ s "~ rim ~ [~ rim?]" # gain 0.7 # pingpong 0.294 0.45 0.9 :mix 0.4
~keys $ (saw 174.61 + saw 175.2) # lpf (sine 0.06 # range 700 2400) 0.9 # gain 0.22
~chords $ s "~ ~keys [~ ~keys] ~" # note "<f3'min9 f3'min9 df3'maj7 ef3'dom7>" # ar 0.01 0.5
~sub $ (sine 43.65 + tri 87.31 * 0.4) # gain 0.55
~bass $ s "~sub ~ ~ [~ ~sub] ~ ~sub ~ <~ ~sub>" # note "<f1 f1 df2 ef2>" # ar 0.006 0.3
o1 $ (~kick + ~shaker + ~rim + ~bass) * 0.7
o2 $ ~chords # phaser 0.25 0.7 0.4 6 # reverb 0.75 0.5 0.3 # gain 1.3
