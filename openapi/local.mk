# openapi.yaml is the source. openapi.json is made from it by tests/openapi/yaml2json.mjs (npm run json in
# tests/openapi) and kept in the tree, so that a build needs no YAML parser; tests/openapi/lint.sh fails when the two
# differ. Both become bytes in the binary with od and sed.
EXTRA_DIST += openapi/openapi.yaml openapi/openapi.json

OPENAPI_INCLUDES = openapi/openapi_yaml.inc openapi/openapi_json.inc
BUILT_SOURCES += $(OPENAPI_INCLUDES)
CLEANFILES += $(OPENAPI_INCLUDES)

BYTES_TO_C = $(SED) 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'

openapi/openapi_yaml.inc: $(srcdir)/openapi/openapi.yaml
	$(AM_V_GEN)$(MKDIR_P) openapi && od -An -v -tx1 $(srcdir)/openapi/openapi.yaml | $(BYTES_TO_C) >$@

openapi/openapi_json.inc: $(srcdir)/openapi/openapi.json
	$(AM_V_GEN)$(MKDIR_P) openapi && od -An -v -tx1 $(srcdir)/openapi/openapi.json | $(BYTES_TO_C) >$@

server/openapi_data.$(OBJEXT): $(OPENAPI_INCLUDES)

# The checks of the contract need node; test.sh calls them.
EXTRA_DIST += tests/openapi/lint.sh tests/openapi/run_examples tests/openapi/run_examples.mjs tests/openapi/run_webhooks tests/openapi/run_webhooks.mjs \
	tests/openapi/client.ts tests/openapi/run_client tests/openapi/run_client.mjs tests/openapi/tsconfig.json \
	tests/openapi/run_prism tests/openapi/run_prism.mjs tests/openapi/service.mjs tests/openapi/spectral.yaml \
	tests/openapi/yaml2json.mjs tests/openapi/package.json tests/openapi/package-lock.json tests/openapi/redocly.yaml
