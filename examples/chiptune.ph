-- Square waves as on an old machine: lead, bass, and noise for drums.
tempo: 0.625
~lead $ square "523.25 659.26 783.99 659.26 <880 698.46> 783.99 659.26 587.33"
o1 $ ~lead * 0.12
o2 $ square "<130.81 110 87.31 98>" * 0.15
o3 $ noise * 0.15 * "1 0 0.4 0 1 0 0.4 0.4" # hpf 4000
