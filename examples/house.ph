-- House at 124: organ stabs on the off-beats, a bass that answers the kick, an open hat that breathes.
bpm: 31
~organ $ additive 220 "1 0.6 0.4 0.1 0 0.15" # gain 0.8
~round $ saw 55 # lpf 420 2 # gain 0.6
~kick $ s "bd:1*4" # gain 0.9
~hats $ stack [s "[~ oh]*4" # gain 0.45, s "hh*16" $ sometimesBy 0.2 (# speed 1.4) # gain "0.2 0.32 0.16 0.4" # pan 0.2]
~clap $ s "~ cp ~ [cp ~ ~ cp?]" # gain 0.55 # reverb 0.4 0.5 0.15
~stabs $ s "[~ ~organ]*4" $ every 4 (off 0.125 (# gain 0.5)) # note "<a3'min7 a3'min7 f3'maj7 g3'maj>" # ar 0.005 0.24
~bass $ s "~round(5,16,2)" # note "<a1 a1 f1 g1>" # ar 0.004 0.25
~music $ ~stabs # chorus 0.6 0.4 0.4 # sidechain_compressor ~kick -30 3 0.002 0.15
out $ (~kick + ~hats + ~clap + ~music * 3 + ~bass) * 0.65
