-- Techno at 132: a rumble made of the kick and ducked by it, a sequence of five steps against sixteen, a ride that comes and goes.
cps: 0.55
~kick $ s "909bd*4" # gain 0.85
~rumble $ ~kick # lpf 130 0.8 # delay 0.227 0.5 0.7 # distort 3 0.4 # sidechain_compressor ~kick -24 5 0.002 0.12
~seq $ saw "{110 110 220 110 <164.81 130.81>}%16" # moog (sine 0.068 # range 450 2200) 0.75 # env_trig "t*16" 0.002 0.09 0.15 0.04
~ticks $ s "hh(7,16)" # speed "<1 1.2 0.9>" # gain 0.5 # pan (sine 0.3 * 0.6)
~ride $ s "~ rd ~ rd" # gain "<0.2 0.3 0.45 0.6>"
~clap $ s "<~ ~ ~ [~ ~ ~ cp]>" # reverb 0.8 0.4 0.4 # gain 0.5
out $ (~kick + ~rumble * 0.5 + ~seq * 0.7 + ~ticks + ~ride + ~clap) * 0.68
