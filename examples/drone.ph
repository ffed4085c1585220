-- A bus that listens to itself: one sample of delay makes the feedback.
~in $ saw 55 * 0.3 + saw 55.3 * 0.3
~loop $ 0.55 * ~in + 0.44 * ~loop
out $ ~loop # lpf (sine 0.1 * 300 + 500) 3 # reverb 0.9 0.5 0.4 # gain 0.5
