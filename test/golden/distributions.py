"""Points of the t, chi-square and F distributions, computed with mpmath at 40 digits.

mpmath 1.3 or later; run in this folder: python distributions.py
Each row: arguments, lower tail, upper tail. Tolerance 1e-12 relative: what metrics promises.
"""

import json

from mpmath import betainc, gammainc, inf, mp, mpf

mp.dps = 40


def chi_square(x, df):
    a, z = mpf(df) / 2, mpf(x) / 2
    return gammainc(a, 0, z, regularized=True), gammainc(a, z, inf, regularized=True)


def student_t(t, df):
    d = mpf(df)
    tail = betainc(d / 2, mpf(1) / 2, 0, d / (d + mpf(t) ** 2), regularized=True) / 2
    return 1 - tail, tail


def f(x, df1, df2):
    a, b = mpf(df1), mpf(df2)
    u = a * mpf(x) / (a * mpf(x) + b)
    return (
        betainc(a / 2, b / 2, 0, u, regularized=True),
        betainc(b / 2, a / 2, 0, 1 - u, regularized=True),
    )


def table(distribution, rows):
    return [[*row, *(float(tail) for tail in distribution(*row))] for row in rows]


CHI_DF = [0.5, 1, 2, 3, 4.5, 10, 57, 100, 1000]
CHI_RATIO = [1e-6, 0.01, 0.3, 0.8, 1, 1.05, 1.5, 2, 4]
T_DF = [0.7, 1, 2, 3, 5, 9.5, 30, 200, 1_000_000]
T_AT = [0.001, 0.2, 0.7, 1, 1.96, 2.5, 4]
F_DF = [(1, 1), (1, 7), (2, 11), (3, 5.5), (10, 3), (24, 1000), (100, 80), (5, 100_000)]
F_AT = [0.001, 0.1, 0.5, 0.9, 1, 1.2, 2, 5, 20]

golden = {
    "header": {"source": "mpmath at 40 digits, distributions.py"},
    "chiSquare": table(chi_square, [(df * r, df) for df in CHI_DF for r in CHI_RATIO]),
    "studentT": table(student_t, [(t, df) for df in T_DF for t in T_AT]),
    "f": table(f, [(x, *df) for df in F_DF for x in F_AT]),
}

with open("distributions.json", "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
