-- Boom bap at 88: drums that drag, electric piano through worn tape, crackle under it all.
cps: 0.3667
~beat $ stack [s "bd ~ [~ bd] ~ ~ bd ~ ~" # gain 0.9, s "~ sn:4 ~ sn:4" # gain 0.7, s "hh*8" # gain "0.6 0.35" # pan 0.15]
~kit $ ~beat $ swingBy 0.16 4
~dusty $ ~kit # bitcrush 10 2 # compressor -16 4 0.01 0.15 3
~rhodes $ fm 220 440 1.2 # tremolo 4.5 0.4
~keys $ s "~rhodes ~ [~ ~rhodes] ~" # note "<d3'min9 g3'dom7 c3'maj7 a3'min7>" # ar 0.01 1.1
~lead $ s "<~ [~ ~ ~rhodes ~rhodes]> <~ ~ ~ [~rhodes ~]>" # note "<[a4 c5] [d5 f4] g4 e4>" # ar 0.01 0.7 # pan -0.35
~low $ tri 110 # lpf 300
~bass $ s "~low ~ [~ ~low] [~low ~]" # note "<d2 g1 c2 a1>" # ar 0.01 0.45
~crackle $ noise # schmidt 0.9996 0.99 # hpf 900
out $ (~dusty * 0.7 + ((~keys * 0.28 + ~lead * 0.24) # tapedelay 0.34 0.3 :wow 0.4 :mix 0.25 # lpf 3200) * 1.1 + ~bass * 0.5 + ~crackle * 0.12) * 1.3 # limiter 0.8
