-- Four voices: saws through formants, each with its own vibrato.
cps: 0.2
fn singer pitch rate depth = saw ((pitch # lag 0.06) + sine rate * depth)
~one $ singer "<220 246.94 261.63 220>" 5.1 1.6 # vowel "<a o e a>" # lpf 3500 # pan -0.6
~two $ singer "<164.81 196 174.61 164.81>" 4.7 1.2 # vowel "<o a a o>" # lpf 3500 # pan -0.2
~three $ singer "<130.81 146.83 130.81 110>" 5.4 0.9 # vowel "<a a o u>" # lpf 3000 # pan 0.2
~four $ singer "<65.41 98 87.31 55>" 4.4 0.4 # vowel "<u o o u>" # lpf 2500 # pan 0.6
~breath $ sine 0.1 * 0.25 + 0.75
out $ (~one * 0.6 + ~two * 0.7 + ~three * 0.9 + ~four * 1.4) * ~breath # lush 0.3 0.8 0.3 0.3 0.3 0 0.4 # gain 0.1
