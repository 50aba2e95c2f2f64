"""A pytest plugin for core's tests and plugin authors': real PostgreSQL, real cities.

One embedded server per test run (shared by all xdist workers), one database per worker, one fresh
city per test that asks for `city`. Fixtures: `runtime`, `city`, `make_city`, `ctx`, `people`,
`web`, `app`; see `sinmungo.testing.plugin`.
"""
