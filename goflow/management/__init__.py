"""
Management commands.
"""
