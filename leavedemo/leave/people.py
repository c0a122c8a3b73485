"""
Who works in the demo company, and in which part.
"""

from __future__ import annotations

EMPLOYEES = ("primus", "notarius", "prefectus", "socius", "secundus", "tertius", "quartus")
ADMINISTRATOR = "admin"
MACHINE = "auto"  # performs what nobody does by hand

PASSWORDS = {name: name[0] for name in EMPLOYEES} | {ADMINISTRATOR: "open"}
TEST_USERS = tuple(PASSWORDS.items())

GROUPS = {
    "manager": ("prefectus",),
    "secretary": ("notarius", "socius"),
    "employee": EMPLOYEES,
    "leave": EMPLOYEES,
    "Gestion des absences": EMPLOYEES,
    "dummy": EMPLOYEES,
}
STARTERS = ("leave", "Gestion des absences", "dummy")  # groups named as a process: their members may start it

SECRETARIES = {
    "notarius": (ADMINISTRATOR, "prefectus", "primus", "secundus", "socius"),
    "socius": ("tertius", "quartus", "notarius"),
}
SUPERVISORS = {"prefectus": EMPLOYEES}

DAYS = 10
