-- Footwork at 160, in three and in four at once, with a chord cut short.
cps: 0.667
~kick $ s "808bd(3,8) 808bd(5,8,<0 1>)" # gain 0.6
~snap $ s "~ ~ cp <~ [~ cp]>" # gain 0.75
~toms $ s "808lt(5,16,<0 3>)" # note "<0 5 -3 7>" # gain 0.45 # pan 0.4
~hats $ s "hh(11,16)" $ every 4 (fast 2) # gain 0.5 # pan -0.4
~key $ fm 330 330 2
~stab $ s "~key(3,8,<0 2>)" # note "<e4'min7 d4'maj7>" # ar 0.003 0.25 # chorus 0.7 0.5 0.4 # delay 0.281 0.5 0.3
~scat $ s "blip*8" $ degradeBy 0.5 $ iter 4 # note (scale "minPent" "0 2 4 <3 7>" + 4) # gain 0.3 # pan (perlin * 1.6 - 0.8)
out $ (~kick + ~snap + ~toms + ~hats + ~stab * 0.45 + ~scat) # limiter 0.85 # gain 0.8
