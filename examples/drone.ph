-- A bus that listens to itself: one sample of delay makes the feedback; organ pipes lean over it, one after another.
~in $ saw 55 * 0.3 + saw 55.3 * 0.3
~loop $ 0.55 * ~in + 0.44 * ~loop
~pipes $ additive "<110 164.81 146.83 82.41>/2" "1 0 0.5 0 0.33 0.2 0.14" * (sine 0.125 # range 0.05 0.5)
~shimmer $ additive 440 "1 0.7 0.1 0.5 0.1 0.3" # pan (sine 0.17 * 0.9) # tremolo 0.3 0.9
out $ (~loop + ~pipes) # lpf (sine 0.1 * 300 + 500) 2 # reverb 0.9 0.5 0.4 # gain 0.38
o2 $ ~shimmer # plate 30 7 :mix 0.7 # gain 0.11
