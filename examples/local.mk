EXAMPLES = \
	examples/m.ph \
	examples/acid.ph \
	examples/ambient.ph \
	examples/breakbeat.ph \
	examples/chiptune.ph \
	examples/drone.ph \
	examples/dub.ph \
	examples/euclid-web.ph \
	examples/four-on-the-floor.ph \
	examples/jazz.ph \
	examples/slices.ph \
	examples/stepper.ph
