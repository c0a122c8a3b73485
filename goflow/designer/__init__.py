"""
The door for drawing processes: one page, and the addresses its scripts talk to.
"""
