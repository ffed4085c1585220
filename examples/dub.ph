-- Chords of one bar thrown into a worn tape, a bass that leaves room, a rim shot that goes on for ever.
tempo: 0.4
~chord $ saw 220 # lpf 900 1.2
~skank $ s "~ ~chord ~ [~ ~chord]" # note "<a2'min7 d3'min7 f2'maj7 e3'min7>" # ar 0.005 0.35
~low $ sine 55 + tri 110 * 0.2
~bass $ s "~low ~ [~ ~low] ~low ~ ~ [~low ~low] ~" # note "<[a1 ~ a1 e2 ~ ~ g1 a1] [d2 ~ d2 a1 ~ ~ c2 d2] [f1 ~ f1 c2 ~ ~ e1 f1] [e1 ~ e1 b1 ~ ~ d2 b1]>" # ar 0.008 0.35
o1 $ ~skank # tapedelay 0.625 0.6 :wow 0.3 :saturation 0.5 :mix 0.45 # hpf 150 # reverb 0.8 0.4 0.3 # djf "<0.5 0.5 0.5 0.56>" # gain 0.8
o2 $ s "~ ~ bd ~" # gain 0.95
o3 $ s "~ ~ rim <~ [~ rim]>" # gain 0.9 # pingpong 0.3125 0.65 0.9 :mix 0.45
o4 $ ~bass # lpf 350 # gain 0.75
o5 $ s "hh*8" $ swingBy 0.15 4 # gain "0.6 0.3" # pan -0.25
