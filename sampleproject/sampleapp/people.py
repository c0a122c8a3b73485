"""
Who works with the sample processes, in which departments. Everybody's password is the user name.
"""

from __future__ import annotations

ADMINISTRATOR = "admin"
MACHINE = "auto"  # performs what nobody does by hand
WORKER = "worker"  # the account of workers outside, see sampleproject/worker.py

SAMPLE_USERS = ("user1", "user2", "userg1")
COMPANY = {
    "erin": "employees",
    "max": "managers",
    "dana": "directors",
    "fred": "finance",
    "pia": "purchasing",
    "hugo": "hr",
    "ivan": "it",
    "olga": "it experts",
    "stella": "support",
    "lena": "legal",
    "carl": "claims",
    "cora": "credit",
    "will": "warehouse",
    "edda": "editors",
    "sven": "security",
}
PEOPLE = (ADMINISTRATOR, *SAMPLE_USERS, *COMPANY)
ROLES = {
    ADMINISTRATOR: "everything",
    "user1": "Sample process, group1, administrates processes",
    "user2": "the last step of the sample process",
    "userg1": "group1",
    **COMPANY,
}
TEST_USERS = tuple((name, name) for name in PEOPLE)

GROUPS = {
    "Sample process": ("user1",),
    "test parallel workflow": ("user1",),
    "group1": ("user1", "userg1"),
    "admin_all": ("user1",),
    "employees": (*SAMPLE_USERS, *COMPANY),
    **{department: (name,) for name, department in COMPANY.items() if department != "employees"},
}
