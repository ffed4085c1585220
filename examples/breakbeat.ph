-- Two bars of broken beat; <> chooses another fill each cycle.
tempo: 0.7
o1 $ s "bd ~ [~ bd] ~ ~ bd ~ ~" # gain 0.72
o2 $ s "~ sn ~ <sn [sn sn] sn [~ sn*3]>" # gain 0.7
o3 $ every 4 (fast 2) $ s "hh*8" # gain "0.6 0.3 0.5 0.3" # pan 0.3
o4 $ s "<~ ~ ~ cr>" # gain 0.4
