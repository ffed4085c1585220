-- Machines talking: 808 drums, a bass in octaves, a filter that says vowels to the beat.
cps: 0.53
~drums $ stack [
  s "808bd ~ ~ 808bd ~ ~ 808bd ~" # gain 0.75,
  s "~ ~ 808sn ~ ~ ~ 808sn ~" # gain 0.75,
  s "808ht? ~ 808cp? ~" # gain 0.4 # pan 0.5,
  s "hh*8" # gain "0.5 0.35" # pan -0.3]
~bass $ square "55 55 110 55 [55 110] 55 82.41 98" # moog_hz 900 0.5 # env_trig "t*16" 0.002 0.1 0.3 0.03
~voice $ saw "<110 110 130.81 98>" # vowel "<a e i o u>*2" # env_trig "t(5,16,<0 2>)" 0.01 0.25 0.2 0.1
~zap $ s "~ [~ blip] ~ blip" # speed "2 1 0.5" # gain 0.5 # pingpong 0.283 0.5 1 :mix 0.6
out $ (~drums + ~bass * 0.5 + ~voice * 0.26 + ~zap * 1.5) * 0.7
