EXAMPLES = \
	examples/m.ph \
	examples/acid.ph \
	examples/ambient.ph \
	examples/breakbeat.ph \
	examples/chiptune.ph \
	examples/choir.ph \
	examples/deep.ph \
	examples/disco.ph \
	examples/dnb.ph \
	examples/drone.ph \
	examples/dub.ph \
	examples/electro.ph \
	examples/euclid-web.ph \
	examples/footwork.ph \
	examples/gamelan.ph \
	examples/garage.ph \
	examples/hip-hop.ph \
	examples/house.ph \
	examples/idm.ph \
	examples/industrial.ph \
	examples/jazz.ph \
	examples/jungle.ph \
	examples/phasing.ph \
	examples/slices.ph \
	examples/stepper.ph \
	examples/strings.ph \
	examples/synthwave.ph \
	examples/techno.ph \
	examples/trap.ph \
	examples/waltz.ph

# The programs become part of the binary too: server/examples_data.c.
EXTRA_DIST += examples/embed.sh
BUILT_SOURCES += examples/examples.inc
CLEANFILES += examples/examples.inc

examples/examples.inc: $(EXAMPLES) $(srcdir)/examples/embed.sh
	$(AM_V_GEN)$(MKDIR_P) examples && \
		(cd $(srcdir) && examples/embed.sh $(EXAMPLES)) >$@.tmp && mv $@.tmp $@

server/examples_data.$(OBJEXT): examples/examples.inc
