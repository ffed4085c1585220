-- Two-step at 132: the kick leaves holes, the hats shuffle into them.
cps: 0.55
~kick $ s "bd ~ ~ ~ ~ bd? ~ bd ~ ~ bd ~ ~ ~ ~ ~" # gain 0.85
~snare $ s "~ ~ ~ ~ sn ~ ~ ~ ~ ~ ~ ~ sn ~ ~ sn?0.7" # gain 0.75
~hats $ s "hh*16" $ swingBy 0.2 8 # gain "0.6 0.25 0.45 0.25" # speed 1.3 # pan "-0.3 0.3"
~keys $ organ 261.63 # gain 0.7
~organ $ s "~ ~keys ~ [~ ~keys]" # note "<c4'min7 f4'min7 bf3'dom7 ef4'maj7>" # ar 0.005 0.2 # reverb 0.5 0.5 0.25
~voice $ saw 523.25 # vowel "<a o>" # gain 0.25
~cry $ s "<~ [~ ~ ~voice ~]> <~ ~ ~voice ~>" # note "<g4 ef5 f5 d5>" # ar 0.03 0.3 # pingpong 0.341 0.5 1 :mix 0.5
~wub $ (sine 65.41 + square 65.41 * 0.25) # lpf 500
~bass $ s "~wub ~ [~ ~wub] ~wub" # note "<c2 f1 bf1 ef2>" # ar 0.005 0.28 # gain 0.55
out $ (~kick + ~snare + ~hats + ~organ + ~cry + ~bass) * 0.75
