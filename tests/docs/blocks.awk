# Makes a shell script of the fenced blocks of a document, in their order: what a reader does who follows it. Commands (sh) are run as
# they stand, python and js by their interpreters, programs (no tag) are checked, and saved when the first line is a comment with their
# name. Other tags are not run.
function begin(tag) {
	n++
	if (tag == "sh") {
		print "at " FILENAME ":" FNR
	} else if (tag == "python") {
		print "at " FILENAME ":" FNR "\npython3 - <<'END_OF_BLOCK'"
	} else if (tag == "js") {
		print "at " FILENAME ":" FNR "\nnode --input-type=module - <<'END_OF_BLOCK'"
	} else if (tag == "") {
		print "at " FILENAME ":" FNR "\ncat >unnamed.ph <<'END_OF_BLOCK'"
		name = ""
		is_first = 1
	}
	kind = tag
}
function end() {
	if (kind == "python" || kind == "js")
		print "END_OF_BLOCK"
	if (kind == "")
		print "END_OF_BLOCK\nphonond check unnamed.ph" (name == "" ? "" : "\ncp unnamed.ph " name)
}
/^```/ {
	is_inside = !is_inside
	if (is_inside)
		begin(substr($0, 4))
	else
		end()
	next
}
is_inside && kind == "" && is_first {
	if (match($0, /^-- [a-z]+\.ph$/))
		name = substr($0, 4)
	is_first = 0
}
is_inside && (kind == "sh" || kind == "python" || kind == "js" || kind == "") { print }
END { print "at the end" }
