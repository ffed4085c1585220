-- Drum and bass at 174: the two-step, ghost notes by chance, a reese that turns over slowly.
cps: 0.725
~drums $ stack [
  s "bd ~ ~ ~ ~ bd ~ ~" # gain 0.95,
  s "~ ~ sn ~ ~ ~ sn ~" # gain 0.8,
  s "hh*8" # gain "0.6 0.3" # speed 1.2,
  s "~ sn? ~ sn? sn? ~ ~ [sn? sn?]" # gain 0.16 # pan 0.3]
~root $ "<55 55 65.41 49>"
~reese $ (saw ~root + saw (~root * 1.011)) # lpf (sine 0.18 * 350 + 650) 1.5 # distort 3 0.3 # hpf 70 0.7
~sub $ sine ~root
~air $ tri 220 + saw 220 * 0.15
~pad $ s "~air" # note "<a3'min9 f3'maj7>/2" # ar 0.6 1.8 # lpf 2500 # lush 0.25 :mix 0.5
~low $ ~sub * 0.35 + ~reese * 0.16
out $ (~drums # compressor -14 3 0.008 0.08 3) * 0.5 + (~low # sidechain_compressor ~drums -20 3 0.002 0.08) * 0.9 + ~pad * 0.16
