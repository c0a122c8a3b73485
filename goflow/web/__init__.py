"""
The pages for people.
"""
