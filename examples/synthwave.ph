-- Night drive: a gated snare, a supersaw chorale, a bass in eighths, an arpeggio in sixteenths.
cps: 0.4583
~drums $ stack [s "bd*4" # gain 0.65, s "hh*8" # gain "0.35 0.55" # pan 0.2, s "<~ ~ ~ [~ ~ ~ lt*2]>" # gain 0.6]
~room $ s "~ sn:4 ~ sn:4" # reverb 0.9 0.2 0.5
~snare $ ~room * gate "~ t@0.7 ~@0.3 ~ t@0.7 ~@0.3" # gain 0.5
~root $ "<220 174.61 130.81 196>"
~pad $ (supersaw ~root 0.25 7 + supersaw (~root * 1.5) 0.25 7) # lpf (sine 0.057 # range 900 2400) # chorus 0.4 0.6 0.5
~lead $ pulse 440 0.3 # lpf 2800 # gain 0.5
~arp $ s "~lead*16" # note "<[a4 c5 e5 a5]*4 [f4 a4 c5 f5]*4 [c4 e4 g4 c5]*4 [g4 b4 d5 g5]*4>" # ar 0.002 0.14 # hpf 200 # pingpong 0.327 0.5 1 :mix 0.4
~tone $ saw 55 # lpf 500 2
~bass $ s "~tone*8" # note "<a1 f1 c2 g1>" # ar 0.004 0.2 # sidechain_compressor ~drums -24 3 0.002 0.1
out $ (~drums + ~snare + ~pad * 0.4 + ~arp * 0.6 + ~bass * 1.3) * 0.65
