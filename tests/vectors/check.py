#!/usr/bin/env python3
"""Compares haps exactly against the oracle.

  check.py EXPECTED.jsonl ACTUAL.jsonl          two JSON Lines files, matched by "id"
  check.py EXPECTED.jsonl --cmd 'PROG ARGS'     PROG reads one case a line on stdin (the record
                                                without its answers) and prints one JSON line per
                                                case: {"id":..., "haps":[...]} or {"id":..., "error":"..."}
options:
  --oracle primary|strudel|tidal|any   which answer counts (default primary: the record's "haps";
                               any: either oracle's answer passes)
  --kind K / --feature F       only these (may be repeated)
  --agree                      only cases on which both oracles agree
  --skip-random                leave out cases marked "random"
  --strict                     do not join fragments before comparing
  --tol X                      tolerance for non-integer numbers in values (default 1e-9, relative or absolute)
  --max N                      mismatches shown (default 20)
  --batch                      with --cmd: all cases in one process (default); --each: one process a case
  --timeout S                  seconds for the command (default 600; with --each, per case 10)

Before comparing, both sides are brought to one form: fractions reduced; fragments of the same whole
and value that touch are joined (an answer may cut a hap at cycle boundaries or not); sorted by part
begin, part end, whole begin, whole end, value. Haps are compared as a multiset.
Values: numbers by number (1 == 1.0 == "1"), ["bd",3] and "bd:3" are the same sample value.
Cases of kind "error": pass if both reject, or if both accept and the haps are equal.
Exit status 0 if everything passed.
"""
import sys, json, re, argparse, subprocess
from fractions import Fraction
from collections import defaultdict

NUM = re.compile(r'^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$')

def fr(x):
    if isinstance(x, (int, float)): return Fraction(x).limit_denominator(10**9) if isinstance(x, float) else Fraction(x)
    n, _, d = x.partition('/')
    return Fraction(int(n), int(d) if d else 1)

def fs(x): return f'{x.numerator}/{x.denominator}'

def nval(v):
    """canonical value"""
    if isinstance(v, bool) or v is None: return v
    if isinstance(v, float) and v == int(v) and abs(v) < 1e15: return int(v)
    if isinstance(v, (int, float)): return v
    if isinstance(v, str):
        if NUM.match(v): return nval(float(v))
        return v
    if isinstance(v, list):
        if len(v) > 1 and all(isinstance(x, (int, float, str)) and not isinstance(x, bool) for x in v):
            return ':'.join(str(nval(x)) for x in v)
        return [nval(x) for x in v]
    if isinstance(v, dict): return {k: nval(v[k]) for k in sorted(v) if v[k] is not None}
    return v

def vkey(v): return json.dumps(v, sort_keys=True, ensure_ascii=False)

def rkey(v):
    """sort key in which numbers are rounded, so that float noise does not change the order"""
    def r(v):
        if isinstance(v, bool) or v is None: return v
        if isinstance(v, (int, float)): return float('%.7g' % v) + 0.0
        if isinstance(v, list): return [r(x) for x in v]
        if isinstance(v, dict): return {k: r(v[k]) for k in v}
        return v
    return json.dumps(r(v), sort_keys=True, ensure_ascii=False)

def canon(haps, join=True):
    """list of (whole|None, part, value) canonical and sorted; whole/part are (Fraction, Fraction)"""
    hs = []
    for h in haps:
        w = h.get('whole')
        hs.append([None if w is None else (fr(w[0]), fr(w[1])), (fr(h['part'][0]), fr(h['part'][1])), nval(h['value'])])
    if join:
        groups = defaultdict(list); out = []
        for h in hs:
            if h[0] is None: out.append(h)
            else: groups[(h[0], vkey(h[2]))].append(h)
        for g in groups.values():
            g.sort(key=lambda h: h[1]); chains = []
            for h in g:
                for c in chains:
                    if c[1][1] == h[1][0] and h[1][0] < h[1][1]:
                        c[1] = (c[1][0], h[1][1]); break
                else: chains.append([h[0], h[1], h[2]])
            out += chains
        hs = out
    hs.sort(key=lambda h: (h[1], h[0] if h[0] is not None else (Fraction(-10**9), Fraction(-10**9)), rkey(h[2])))
    return hs

def tojson(hs):
    return [{'whole': None if w is None else [fs(w[0]), fs(w[1])], 'part': [fs(p[0]), fs(p[1])], 'value': v} for w, p, v in hs]

def veq(a, b, tol):
    if isinstance(a, bool) or isinstance(b, bool): return a is b or (isinstance(a, bool) and isinstance(b, bool) and a == b)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        if isinstance(a, int) and isinstance(b, int): return a == b
        return abs(a - b) <= tol * max(1.0, abs(a), abs(b))
    if isinstance(a, list) and isinstance(b, list): return len(a) == len(b) and all(veq(x, y, tol) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict): return a.keys() == b.keys() and all(veq(a[k], b[k], tol) for k in a)
    return a == b

def same(h1, h2, tol=1e-9):
    return len(h1) == len(h2) and all(x[0] == y[0] and x[1] == y[1] and veq(x[2], y[2], tol) for x, y in zip(h1, h2))

def answers(rec, which):
    """list of acceptable answers: ('haps', list) or ('error', text)"""
    def one(suffix):
        if 'haps' + suffix in rec: return ('haps', rec['haps' + suffix])
        if rec.get('error' + suffix): return ('error', rec['error' + suffix])
        return None
    common = one('')
    by = {}
    for o in ('strudel', 'tidal'):
        by[o] = one('_' + o) or (common if rec.get('oracle') in (o, 'both') else None)
    prim = common or by[rec.get('primary', 'strudel')]
    if which == 'primary': return [prim] if prim else []
    if which in by: return [by[which]] if by[which] else []
    return [x for x in (prim, by['strudel'], by['tidal']) if x]

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('expected'); ap.add_argument('actual', nargs='?')
    ap.add_argument('--cmd'); ap.add_argument('--oracle', default='primary', choices=['primary', 'strudel', 'tidal', 'any'])
    ap.add_argument('--kind', action='append'); ap.add_argument('--feature', action='append')
    ap.add_argument('--agree', action='store_true'); ap.add_argument('--skip-random', action='store_true')
    ap.add_argument('--strict', action='store_true'); ap.add_argument('--tol', type=float, default=1e-9)
    ap.add_argument('--max', type=int, default=20); ap.add_argument('--each', action='store_true'); ap.add_argument('--batch', action='store_true')
    ap.add_argument('--timeout', type=float); ap.add_argument('--by-feature', action='store_true')
    a = ap.parse_args()
    if not a.actual and not a.cmd: ap.error('give ACTUAL.jsonl or --cmd')
    exp = [json.loads(l) for l in open(a.expected, encoding='utf-8') if l.strip()]
    exp = [r for r in exp if (not a.kind or r['kind'] in a.kind) and (not a.feature or r.get('feature') in a.feature)
           and not (a.agree and r.get('agree') is not True) and not (a.skip_random and r.get('random'))]
    exp = [r for r in exp if answers(r, a.oracle)]
    act = {}
    def take(text):
        for l in text.splitlines():
            l = l.strip()
            if not l.startswith('{'): continue
            try: r = json.loads(l)
            except ValueError: continue
            if 'id' in r:
                if 'haps' not in r and 'error' not in r:  # an oracle file used as the actual side
                    for k, v in answers(r, 'primary'): r[k] = v
                act[r['id']] = r
    if a.cmd:
        q = [json.dumps({k: v for k, v in r.items() if k in ('id', 'kind', 'feature', 'source', 'expr', 'type', 'cycles')}, ensure_ascii=False) for r in exp]
        if a.each:
            for l, r in zip(q, exp):
                try:
                    p = subprocess.run(a.cmd, shell=True, input=(l + '\n').encode(), stdout=subprocess.PIPE, timeout=a.timeout or 10)
                    take(p.stdout.decode('utf-8', 'replace'))
                    if p.returncode not in (0, 1): act.setdefault(r['id'], {'id': r['id'], 'crash': f'exit status {p.returncode}'})
                except subprocess.TimeoutExpired: act[r['id']] = {'id': r['id'], 'crash': 'timeout'}
        else:
            try:
                p = subprocess.run(a.cmd, shell=True, input=('\n'.join(q) + '\n').encode(), stdout=subprocess.PIPE, timeout=a.timeout or 600)
                take(p.stdout.decode('utf-8', 'replace'))
                if p.returncode: print(f'# command ended with status {p.returncode}')
            except subprocess.TimeoutExpired as e:
                print('# command timed out'); take((e.stdout or b'').decode('utf-8', 'replace'))
    else: take(open(a.actual, encoding='utf-8').read())
    ok = defaultdict(int); bad = defaultdict(int); fok = defaultdict(int); fbad = defaultdict(int); shown = []
    for r in exp:
        got = act.get(r['id']); why = None
        if got is None: why = 'no answer'
        elif 'crash' in got: why = got['crash']
        else:
            passed = False
            for kind, e in answers(r, a.oracle):
                if kind == 'error':
                    if got.get('error') or got.get('rejected'): passed = True
                elif 'haps' in got:
                    try:
                        if same(canon(e, not a.strict), canon(got['haps'], not a.strict), a.tol): passed = True
                    except Exception as x: why = f'unreadable answer: {x}'
                if passed: break
            if not passed and not why:
                kind, e = answers(r, a.oracle)[0]
                if kind == 'error': why = 'accepted, should be rejected'
                elif 'haps' not in got: why = 'error: ' + str(got.get('error'))[:200]
                else:
                    x, y = canon(e, not a.strict), canon(got['haps'], not a.strict)
                    why = f'{len(x)} haps expected, {len(y)} got'
                    ys = list(y); miss = []
                    for h in x:
                        for i, g in enumerate(ys):
                            if h[0] == g[0] and h[1] == g[1] and veq(h[2], g[2], a.tol): del ys[i]; break
                        else: miss.append(h)
                    sh = lambda h: json.dumps(tojson([h])[0], ensure_ascii=False)
                    why += ''.join('\n      missing ' + sh(h) for h in miss[:4]) + ''.join('\n      extra   ' + sh(h) for h in ys[:4])
        key, fk = r['kind'], (r['kind'], r.get('feature'))
        if why is None: ok[key] += 1; fok[fk] += 1
        else:
            bad[key] += 1; fbad[fk] += 1
            if len(shown) < a.max: shown.append((r, why))
    for r, why in shown:
        src = r['source'] if 'source' in r else json.dumps(r.get('expr'), ensure_ascii=False)
        print(f"FAIL {r['id']} [{r.get('feature')}] {src!r} cycles={r.get('cycles')}: {why}")
    if a.by_feature:
        for k in sorted(set(fok) | set(fbad), key=str): print(f'  {k[0]}/{k[1]}: {fok[k]} passed, {fbad[k]} failed')
    for k in sorted(set(ok) | set(bad)): print(f'{k}: {ok[k]} passed, {bad[k]} failed')
    print(f'{sum(ok.values())} passed, {sum(bad.values())} failed')
    return 1 if sum(bad.values()) else 0

if __name__ == '__main__': sys.exit(main())
