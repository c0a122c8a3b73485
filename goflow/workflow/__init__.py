"""
Definitions: what a process is.
"""
