"""What happens after a commit: outbox rows in the city, a queue that only wakes the worker."""
