-- W3: four samples in a beat of 16 steps, 18 hits a cycle at two cycles a second, gain and pan for each hit.
tempo: 2
out $ s "[bd ~ ~ ~ bd ~ bd ~ bd ~ ~ ~ bd ~ ~ ~, ~ ~ ~ ~ sn ~ ~ ~ ~ ~ ~ ~ sn ~ ~ sn, hh*8, ~ ~ ~ ~ ~ ~ ~ cp cp ~ ~ ~ ~ ~ ~ ~]" # gain "0.9 0.7 0.8 0.6 0.75" # pan "<-0.5 0.5> 0.2 -0.2 0"
