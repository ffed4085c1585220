-- A house beat: the kick on every quarter, open hats between, a clap on two and four.
tempo: 0.52
o1 $ s "bd*4" # gain 0.9
o2 $ s "~ oh ~ oh ~ oh ~ oh" # gain 0.35 # pan 0.2
o3 $ s "~ cp ~ cp" # gain 0.6
o4 $ s "hh*16" # gain "0.25 0.12 0.2 0.12" # pan "-0.4 0.4"
