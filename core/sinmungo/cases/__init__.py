"""Difficulties: filed by companies, registered as cases, answered by a department, closed."""
