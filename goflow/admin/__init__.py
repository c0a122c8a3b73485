"""
Plain Django admin for definitions and operations.
"""
