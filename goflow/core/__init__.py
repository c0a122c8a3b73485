"""
The pure part of goflow: definitions, conditions and stepping as plain Python, without any framework.
"""
