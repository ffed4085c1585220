librender_a_SOURCES += render/render.h

include render/pattern/local.mk
include render/dsp/local.mk
include render/graph/local.mk
include render/lang/local.mk
include render/engine/local.mk
include render/io/local.mk
