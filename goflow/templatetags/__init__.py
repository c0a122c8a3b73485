"""
Template tags.
"""
