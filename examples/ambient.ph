-- Slow detuned triangles in a long room; nothing happens quickly.
tempo: 0.125
~drift $ sine 0.07 * 0.7
~pad $ tri (220 + ~drift) + tri (220.8 - ~drift) + tri 329.63 * 0.6
o1 $ ~pad * 0.12 # lpf (sine 0.05 * 500 + 1200) # reverb 0.95 0.3 0.6 # pan -0.3
o2 $ (tri 164.81 + tri 165.4) * 0.1 # reverb 0.95 0.3 0.6 # pan 0.3
o3 $ noise * 0.012 # bpf (sine 0.09 * 900 + 1600) 2 # pan (sine 0.11 * 0.8)
