-- W5: one saw through a chorus, a feedback delay and a reverb.
out $ saw 110 * 0.3 # chorus 0.7 0.5 0.4 # delay 0.375 0.5 0.4 # reverb 0.8 0.5 0.3
