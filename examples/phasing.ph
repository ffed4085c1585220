-- Two players, one figure; the second is a little faster and after 24 cycles they meet again.
cps: 0.75
~marimba $ sine 330 + sine 1320 * (0.25 * ad 0.001 0.06)
fn figure side = s "~marimba*12" # note "e4 fs4 b4 cs5 d5 fs4 e4 cs5 b4 fs4 d5 cs5" # ar 0.002 0.3 # gain 0.4 # pan side
~left $ figure -0.7
~right $ (figure 0.7) $ fast 1.041667
~pulse $ s "~wood*2" # note "<e2 e2 b2 d2>/4" # ar 0.004 0.6
~wood $ tri 82.41 # lpf 500
out $ (~left + ~right) # reverb 0.5 0.6 0.2 # gain 0.85
o2 $ ~pulse # gain 0.08
