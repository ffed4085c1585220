-- Metal, a broken amplifier, a siren in the next hall.
cps: 0.5
~kick $ s "bd:3*4" $ every 4 (within 0.5 1 (ply 2)) # distort 8 0.6 # gain 0.32
~metal $ s "<cb:1 perc> rim [~ cb] perc" # speed "0.5 0.25 0.7" # ring 180 # comb 220 0.8 # pan (sine 0.13 * 0.8)
~wash $ noise # bpf (sine 0.11 * 1500 + 2200) 4 # tremolo 8 0.9 # flanger 1 0.2 0.6 # widener 1.5
~siren $ saw (sine 0.25 * 90 + 300) # lpf 1400 3 # distort 4 0.5 # hpf 150 # delay 0.375 0.6 0.5 # reverb 0.9 0.3 0.5
~snare $ s "~ sn:3 ~ [sn:3 ~ ~ <~ sn:3>]" # coarse 4 # gain 0.5 # convolve
~growl $ square "<36.71 36.71 43.65 34.65>" # lpf (sine 3 * 150 + 250) 4 # distort 6 0.7
out $ (~kick + ~metal * 0.8 + ~wash * 0.07 + ~siren * 0.06 + ~snare * 0.6 + ~growl * 0.12) # compressor -14 4 0.005 0.12 4 # hpf 30 # limiter 0.85 # gain 0.85
