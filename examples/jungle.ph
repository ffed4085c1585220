-- A break cut up and put back together differently every cycle, a bass that bends, one chord from far away.
cps: 0.68
~break $ s "[bd hh sn hh] [hh bd sn hh]" # speed "<1 1 1.1 0.95>"
~cut $ ~break $ every 3 (rot 2) $ sometimesBy 0.3 (ply 2) $ chunk 4 (hurry 2)
~ghost $ s "~ sn:2 ~ ~ sn:2 ~ bd [sn:2 hh]" $ rarely (hurry 2) $ degradeBy 0.3 # gain 0.25 # pan -0.3
~hats $ s "hh*8" # gain "0.5 0.25 0.4 0.3" # pan (sine 0.21 * 0.5)
~bass $ sine 98 # distort 3 0.4 # gain 0.5
~deep $ s "~bass(3,8,<0 2>)" # note "<g1 g1 as1 f1>" # ar 0.005 0.6
~chip $ supersaw 196 0.2 5 # lpf 1900 2
~stab $ s "<~chip ~> ~ ~ <~ ~chip>" # note "<g3'min7 as3'maj7>" # ar 0.01 0.35 # delay 0.3676 0.55 0.45 # reverb 0.8 0.4 0.3
out $ (~cut * 0.7 + ~ghost + ~hats + ~deep * 0.9 + ~stab * 0.9) # limiter 0.9 # gain 0.8
