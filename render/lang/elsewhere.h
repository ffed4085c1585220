/* Words that Tidal, Strudel and other neighbours have and this language spells differently: for suggestions. */
#ifndef RENDER_LANG_ELSEWHERE_H
#define RENDER_LANG_ELSEWHERE_H

#include "render/lang/ast.h"

/* How a function of that name is called here; NULL when nothing is known. */
const char *elsewhere_function(struct text name);

/* What to write instead of a function that has no counterpart of one name, as a sentence; NULL when nothing is known. */
const char *elsewhere_absent(struct text name);

/* What to write instead of a statement that begins with this word, as a sentence; NULL when nothing is known. */
const char *elsewhere_statement(struct text word);

#endif
