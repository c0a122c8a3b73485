"""
Database migrations of the whole app.
"""
