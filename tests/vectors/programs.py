#!/usr/bin/env python3
"""Says the transform vectors as programs: every record that the language can express goes through `phonond query`.

  programs.py PHONOND [VECTORS.jsonl]

answer_vectors asks the pattern engine; this asks whether a program reaches it, under Tidal's and Strudel's names. Left
out are records that depend on chance, which belongs to a place in a program here, and those whose meaning is Phonon's
own. Prints the counts of check.py; fails as that does, or when fewer records than expected could be said.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LEAST = 530

# Where the language means something else: see docs/LANGUAGE.md.
OWN_MEANING = {
    'stut': 'gain is multiplied, not set',
    'loopAt': 'speed is 1/n, whatever the tempo',
    'reset': 'reset n begins again every n cycles',
}
# `#` reads its right side once, at the onset of each event; in these records it changes within one.
READ_AT_ONSET = {'tr-0889-7c5a04', 'tr-0890-b0d19a', 'tr-0891-6f4056', 'tr-0894-ebde4b', 'tr-0921-60b28e'}

CONTROLS = {'n', 'note', 'gain', 'pan', 'speed', 'begin', 'end'}
OPERATORS = {a + o + b for o in '+-*/><' for a, b in (('|', ''), ('', '|'), ('|', '|'))}
NAMES = {'cat': 'slowcat', 'fastcat': 'cat', 'scaleTidal': 'scale'}


class Unsayable(Exception):
    pass


def listed(items, say_item):
    return '[' + ', '.join(say_item(i) for i in items) + ']'


def control(expr):
    """The right side of `#`."""
    if not isinstance(expr, list) or expr[0] not in CONTROLS | {'s'}:
        raise Unsayable('a control')
    if expr[0] == 'pan':  # 0..1 in Tidal
        return 'pan (%s * 2 - 1)' % pattern(expr[1])
    return '%s %s' % (expr[0], pattern(expr[1]))


def is_events(expr):
    return isinstance(expr, list) and expr[0] in ('s', '#')


def operation(op, left, right):
    if op not in OPERATORS or (is_events(left) and right[0] == 's'):
        raise Unsayable('operator ' + op)
    return '(%s %s %s)' % (pattern(left), op, control(right) if is_events(left) else pattern(right))


def of_list(e):
    name = NAMES.get(e[0], e[0])
    if e[0] == 'timeCat':
        return '(timeCat %s)' % listed(e[1], lambda p: '[%r, %s]' % (p[0], pattern(p[1])))
    if e[0] in ('wrandcat', 'wchoose'):
        return '(%s %s)' % (name, listed(e[1], lambda p: '[%s, %r]' % (pattern(p[0]), p[1])))
    if e[0] in ('squeeze', 'pick', 'choose'):
        return '(%s %s %s)' % ('chooseBy' if e[0] == 'choose' else name, pattern(e[1]), listed(e[2], pattern))
    return '(%s %s)' % (name, listed(e[1], pattern))


def pattern(e):
    """A neutral expression (README.md) as a pattern of the language."""
    if isinstance(e, bool):
        return '"t"' if e else '"f"'
    if isinstance(e, (int, float)):
        return '"%r"' % e
    if isinstance(e, str):
        return '"%s"' % e
    if e[0] == 'ratio':
        return '(%r / %r)' % (e[1], e[2])
    if e[0] in ('signal', 'silence'):
        return e[-1]
    if e[0] in ('stack', 'cat', 'fastcat', 'randcat', 'timeCat', 'wrandcat', 'wchoose', 'squeeze', 'pick', 'choose'):
        return of_list(e)
    if e[0] == 'layer':
        return '(layer %s $ %s)' % (listed(e[1], function), pattern(e[2]))
    if e[0] == '#':
        return '(%s # %s)' % (pattern(e[1]), control(e[2]))
    if e[0] in ('s', 'run', 'scan', 'irand', 'overlay'):
        return '(%s)' % ' '.join([e[0]] + [pattern(a) for a in e[1:]])
    if e[0] in CONTROLS:
        raise Unsayable('a control alone')
    if len(e) == 3 and '|' in e[0]:
        return operation(*e)
    return '(%s $ %s)' % (call(e[:-1]), pattern(e[-1]))


def argument(a):
    if isinstance(a, list) and a[0] == 'fn':
        return function(a)
    if isinstance(a, (int, float)) and not isinstance(a, bool):
        return '%r' % a
    return pattern(a)


def call(c):
    if c[0] in OPERATORS:
        right = c[1]
        is_control = isinstance(right, list) and right[0] in CONTROLS
        return '%s %s' % (c[0], control(right) if is_control else pattern(right))
    if '|' in c[0]:
        raise Unsayable('operator ' + c[0])
    if c[0] == 'swing':
        return 'swingBy (1 / 3) ' + argument(c[1])
    return ' '.join([NAMES.get(c[0], c[0])] + [argument(a) for a in c[1:]])


def function(f):
    """["fn", name, args...]: a transform in parentheses."""
    if f[1] == 'id':
        return '(fast 1)'
    if f[1] == 'compose':
        return '(%s $ %s)' % (function(f[2]), function(f[3]))
    return '(%s)' % call(f[1:])


def in_tidals_terms(hap):
    value = hap['value']
    if isinstance(value, dict):
        for own in ('note_named', 'chord_size'):
            value.pop(own, None)
        if 'unit' in value:
            value['unit'] = 'c'
        if 'pan' in value:
            value['pan'] = (value['pan'] + 1) / 2
    return hap


def ask(phonond, record):
    said = pattern(record['expr'])
    done = subprocess.run([phonond, 'query', '--cycles', '0:%d' % record['cycles'], said], capture_output=True, text=True)
    if done.returncode:
        return {'id': record['id'], 'error': '%s: %s' % (said, done.stderr.split('\n')[0])}
    return {'id': record['id'], 'haps': [in_tidals_terms(json.loads(line)) for line in done.stdout.splitlines()]}


def is_wanted(record):
    if record.get('random') or record['id'] in READ_AT_ONSET:
        return False
    if record['feature'] in OWN_MEANING or record['id'] == 'tr-0365-279d11':  # compress beyond the cycle is refused
        return False
    return record['kind'] == 'transform'


def main():
    phonond = sys.argv[1] if len(sys.argv) > 1 else './phonond'
    vectors = sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, 'transform.jsonl')
    n = 0
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ('expected.jsonl', 'actual.jsonl')]
        with open(vectors, encoding='utf-8') as lines, open(paths[0], 'w') as expected, open(paths[1], 'w') as actual:
            for line in lines:
                record = json.loads(line)
                if not is_wanted(record):
                    continue
                try:
                    answer = ask(phonond, record)
                except Unsayable:
                    continue
                expected.write(line)
                actual.write(json.dumps(answer) + '\n')
                n += 1
        status = subprocess.run([sys.executable, os.path.join(HERE, 'check.py')] + paths).returncode
    print('%d records said as programs' % n)
    return status or (n < LEAST)


if __name__ == '__main__':
    sys.exit(main())
