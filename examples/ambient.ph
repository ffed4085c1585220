-- Slow detuned triangles in a long room, wind, and bells ground to dust; nothing happens quickly.
tempo: 0.125
~drift $ sine 0.07 * 0.7
~pad $ tri ("<220 220 196 174.61>" + ~drift) + tri ("<220.8 220.8 196.7 175.2>" - ~drift) + tri "<329.63 349.23 293.66 261.63>" * 0.6
~bell $ fm 880 1232 1.5
~bells $ s "~bell(5,16)" $ degradeBy 0.4 # note "<a4 e5 c5> <e5 b4> <g5 a5 d5>" # ar 0.005 2 # gain 0.3
~dust $ ~bells # granular 160 0.0006 0.5
o1 $ ~pad * 0.06 # lpf (sine 0.05 * 500 + 1200) # reverb 0.95 0.3 0.6 # pan -0.2
o2 $ (tri 164.81 + tri 165.4 + sine "<55 55 49 43.65>" * 1.4) * 0.055 # reverb 0.95 0.3 0.6 # pan 0.3
o3 $ noise * 0.02 # bpf (sine 0.09 * 900 + 1600) 2 # pan (sine 0.11 * 0.8)
o4 $ (~bells * 0.4 + ~dust) # lush 0.45 :mix 0.6 # gain 0.28
