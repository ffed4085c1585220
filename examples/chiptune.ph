-- Three squares and a noise, as on an old machine: a lead with vibrato, chords as quick arpeggios, drums from static.
tempo: 0.5
~lead $ superchip 440 5.5 0.012
~melody $ s "~lead*8" $ sometimesBy 0.2 (# gain 0) # note "<[e5 g5 a5 b5 c6 b5 a5 g5] [f5 a5 c6 a5 e6 d6 c6 a5] [d5 f5 g5 b5 d6 b5 g5 f5] [e5 c5 e5 g5 c6 g5 e5 c5]>" # ar 0.002 0.2
~blips $ pulse 440 0.25
~chords $ s "~blips*24" # note "<[a4 c5 e5]*8 [f4 a4 c5]*8 [g4 b4 d5]*8 [c5 e5 g5]*8>" # ar 0.001 0.07
~bass $ tri "<[110 110 220 110] [87.31 87.31 174.61 87.31] [98 98 196 98] [130.81 130.81 98 123.47]>" # env_trig "t*8" 0.002 0.2 0.5 0.03
~snare $ noise * tar "~ t ~ [t ~ ~ <~ t>]" 0.001 0.12 # coarse 5
~tick $ noise * tar "t*8" 0.001 0.025 # hpf 6000
~thud $ square (60 + 200 * tar "t ~ [~ t] ~" 0.001 0.05) * tar "t ~ [~ t] ~" 0.001 0.12
o1 $ ~melody * 0.3 # pan 0.15 # delay 0.25 0.35 0.2
o2 $ ~chords * 0.18 # pan -0.25
o3 $ ~bass * 0.28 + ~thud * 0.22 + ~snare * 0.2 + ~tick * 0.12
