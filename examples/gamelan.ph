-- Bronze by frequency modulation: a core melody, its double, its half, and a gong every second cycle.
cps: 0.25
~bar $ fm 440 1214 (1.1 * env 1 0.001 0.6 0.25 0.1)
~gong $ (fm 73 107 2.2 + fm 73.7 107 1.5) # gain 0.26
~saron $ s "~bar*8" # note "<[c4 df4 ef4 g4 af4 g4 ef4 df4] [ef4 g4 af4 c5 af4 g4 df4 c4]>" # ar 0.001 1.2 # gain "0.4 0.3" # pan -0.3
~peking $ s "~bar*16" $ degradeBy 0.1 # note "[c5 c5 df5 df5] [ef5 ef5 g5 g5] [af5 af5 g5 g5] [ef5 ef5 df5 df5]" # ar 0.001 0.5 # pan 0.4 # gain 0.3
~slenthem $ s "~bar*4" # note "<[df3 g3 g3 df3] [g3 af3 df3 c3]>" # ar 0.002 2.5 # gain 0.4
~agung $ s "<[~gong ~ ~ ~] [~ ~ ~ ~gong]>" # ar 0.004 6
out $ (~saron + ~peking + ~slenthem + ~agung) # reverb 0.7 0.4 0.25 # vibrato 5 0.03 # gain 0.65
