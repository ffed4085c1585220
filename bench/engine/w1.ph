-- W1: a hundred sines at fixed frequencies, summed.
for i in 1..100:
  ~x[i] $ sine (50 + 37.3 * i)
out $ sum(~x[1..100]) * 0.01
