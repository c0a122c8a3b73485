"""
What the outside world hears: notifications, mail and webhooks, all sent from the outbox after commit.
"""
