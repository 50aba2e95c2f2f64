"""A storm: many sessions of many cities at once while queries are cancelled and backends killed.

Walls that hold on a calm day prove little. Every text of a city carries the city's mark, so that
one row in the wrong place is seen wherever it turns up: in a page, a file, a mail, a table. `towns`
makes the cities, `acts` is what sessions do, `harm` what is done to them, `blow` runs both, and
`after` looks into everything once it is quiet.
"""
