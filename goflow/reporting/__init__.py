"""
Numbers about what happens: queries in, plain data out.
"""
