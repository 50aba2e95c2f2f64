"""A city as one file: taken while it is in use, put back here or elsewhere, and let go.

Everything of a city lies in one schema, so the rows travel by COPY and the tables are made by the
component's own revisions; no dump of the whole server is needed and no other city is touched.
"""
