-- W4: fifty events a second, each a chord of four notes of a sample of which 0.5 to 1 s is heard, with an ADSR: about 190 voices.
tempo: 1
out $ s "rd*50" # note "<c4'min7 f4'maj7 g4'dom7 a3'min7>" # adsr 0.01 0.1 0.6 0.2 # legato 40 # gain 0.05
