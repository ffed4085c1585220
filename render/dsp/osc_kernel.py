#!/usr/bin/env python3
"""Prints the coefficients of render/dsp/osc.h; needs numpy and scipy, and nothing in the build runs it.

The kernel is k(u) = (1 - u^2)^2 sum_j c_j T_j(2 u^2 - 1), |u| < 1, u = frames / 3.5. A linear program over c makes its
response K(f) stay within 0.3 dB of 1 up to 15 kHz at 44.1 kHz and least, weighted with f, from 29.1 kHz on.
Of k come the jump E(u) = 2 int_0^u k, the corner int_u^1 (1 - E), and K(f) itself as a polynomial in f^2.
"""
import numpy as np
from numpy.polynomial import chebyshev, polynomial
from scipy.optimize import linprog

HALF_WIDTH, ORDER, TERMS = 3.5, 2, 7
BAND, STOP, RIPPLE_DB = 15000 / 44100, 29100 / 44100, 0.3
RESPONSE_END, RESPONSE_DEGREE = 0.66, 9

nodes, weights = np.polynomial.legendre.leggauss(200)
u, du = (nodes + 1) / 2, weights / 2
basis = np.array([(1 - u * u) ** ORDER * chebyshev.chebval(2 * u * u - 1, [0] * j + [1]) for j in range(TERMS)])


def response(f):
    """K of each basis function: rows are frequencies in cycles per frame."""
    return np.cos(2 * np.pi * np.outer(f, u) * HALF_WIDTH) * du * 2 @ basis.T


def solve():
    """Terms c and the level of the stop band in dB at its edge."""
    stop = np.concatenate([np.linspace(STOP, 3, 300), np.linspace(3, 12, 300)])
    low, high = response(np.linspace(0, BAND, 80)), response(stop) * (stop / STOP)[:, None]
    ripple = 1 - 10 ** (-RIPPLE_DB / 20)
    zero, one = np.zeros((len(low), 1)), np.ones((len(high), 1))
    rows = np.vstack([np.hstack([low, zero]), np.hstack([-low, zero]), np.hstack([high, -one]), np.hstack([-high, -one])])
    limits = np.concatenate([np.full(len(low), 1 + ripple), np.full(len(low), ripple - 1), np.zeros(2 * len(high))])
    found = linprog([0] * TERMS + [1], A_ub=rows, b_ub=limits, A_eq=np.hstack([response([0.0]), [[0]]]), b_eq=[1],
                    bounds=[(None, None)] * TERMS + [(0, None)], method="highs")
    return found.x[:TERMS], 20 * np.log10(found.x[TERMS])


def compose(p, inner):
    """p(inner(x)), coefficients from the constant up."""
    out = np.zeros(1)
    for a in p[::-1]:
        out = polynomial.polyadd(polynomial.polymul(out, inner), [a])
    return out


def show(name, p):
    print(f"{name}: " + ", ".join(f"{a:.9g}" for a in p))


c, stop_db = solve()
k = polynomial.polymul(compose(chebyshev.cheb2poly(c), [-1, 2]), polynomial.polypow([1, -1], ORDER))
k /= 2 * sum(a / (2 * j + 1) for j, a in enumerate(k))
edge = np.array([2 * a / (2 * j + 1) for j, a in enumerate(k)])  # E(u) / u, in u^2
fall = np.array([a / (2 * j + 2) for j, a in enumerate(edge)])  # int E, over u^2
mean = 0.5 - sum(a / (2 * j + 3) for j, a in enumerate(edge))  # int_0^1 of the corner
f = np.linspace(0, RESPONSE_END, 4000)
middle = RESPONSE_END ** 2 / 2
fit = chebyshev.cheb2poly(chebyshev.chebfit(f * f / middle - 1, response(f) @ c, RESPONSE_DEGREE))
print(f"stop band: {stop_db:.1f} dB")
show("osc_edge, in u^2 - 1/2", compose(edge, [0.5, 1]))
show("osc_corner + u, in u^2 - 1/2", compose(np.append(1 - fall.sum(), fall), [0.5, 1]))
show(f"osc_response, in f^2 - {middle:.4f}", [a / middle ** j for j, a in enumerate(fit)])
print(f"mean of a soft saw's rounding: {12 * mean:.8g}")
