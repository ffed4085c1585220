-- A bass line through a ladder filter that a slow sine opens and closes; accents kick the filter, and no bar begins alike.
tempo: 0.55
~cutoff $ sine 0.06 # range 250 1500
~accent $ tadsr "t ~ t ~ t t ~ t ~ t ~" 0.003 0.15 0 0.05
~pitch $ "{55 55 110 55 65.41 55 98 82.41 55 110 49}%16" # lag 0.012
~line $ saw ~pitch # moog_hz (~cutoff + ~accent * 1400) 0.85 # env_trig "t*16" 0.002 0.1 0.35 0.03 # distort 3 0.4
o1 $ ~line # hpf 40 # pingpong 0.3409 0.35 0.8 :mix 0.25 # gain 0.35
o2 $ s "909bd*4" # gain 0.6
o3 $ s "~ ~ cp ~" $ every 4 (off 0.1875 (# gain 0.5)) # gain 0.45
o4 $ s "[~ oh]*4, hh*16?" # gain 0.3 # pan "0.3 -0.3"
