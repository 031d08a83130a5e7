"""The program that runs inside a candidate's own interpreter: launched by path, standard library only at import.

It is no part of regrade's process: regrade speaks with it over pipes, and everything that a candidate can do wrong comes
back as data. pandas, pyarrow, scikit-learn and skops are the interpreter's own, imported when they are needed.
"""
