"""
Instances: what is happening.
"""
