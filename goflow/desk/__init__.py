"""
What a person needs at a work item: its form, its decisions, and how to start a request.
"""
