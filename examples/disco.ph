-- Disco at 120: a bass in octaves, strings that climb, a wah that chatters, the kick on every quarter.
tempo: 0.5
~drums $ stack [s "bd*4" # gain 0.75, s "[~ oh]*4" # gain 0.4 # pan 0.2, s "~ [sn, cp] ~ [sn, cp]" # gain 0.5, s "hh*16" # gain "0.4 0.2 0.3 0.2" # pan "-0.4 0.4"]
~string $ supersaw 440 0.12 7 # lpf 3500 # hpf 300
~strings $ s "~string*<1 1 2 4>" # note "<a4'min d5'min7 g4'dom7 [c5 d5 e5 g5]>" # ar 0.08 0.9 # reverb 0.7 0.4 0.35
~tone $ soft_saw 55 # lpf 900 2
~bass $ s "~tone*8" # note "<[a1 a2]*4 [d2 d3]*4 [g1 g2]*4 [c2 c3]*2 [e2 e3]*2>" # ar 0.003 0.16
~guitar $ pulse 220 0.2 # bpf (sine 2 # range 500 2200) 3
~wah $ s "~guitar(7,16,1)" # note "<a3'min d4'min g3'maj c4'maj>" # ar 0.002 0.09 # pan 0.45
out $ (~drums * 0.72 + ~strings * 0.75 + ~bass * 0.6 + ~wah * 0.35) # compressor -16 2 0.01 0.15 6 # limiter 0.8
