"""Made-up officials, companies and a living current month, so that a visitor sees real work."""
