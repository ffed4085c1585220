-- W2: 32 band-limited saws, each through a resonant low-pass whose cutoff a slow sine moves.
for i in 1..32:
  ~x[i] $ saw (55 + 13.7 * i) # lpf (sine (0.05 * i) * 1500 + 2000) 4
out $ sum(~x[1..32]) * 0.03
