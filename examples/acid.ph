-- A bass line through a resonant filter that a slow sine opens and closes.
tempo: 0.55
~cutoff $ sine 0.125 * 900 + 1100
~line $ saw "55 55 110 55 65.41 55 98 82.41"
o1 $ ~line # lpf ~cutoff 6 # gain 0.2
o2 $ s "bd*4" # gain 0.6
o3 $ s "~ ~ cp ~" # gain 0.4
