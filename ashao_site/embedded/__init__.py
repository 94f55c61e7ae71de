"""PostgreSQL, Valkey and the application's processes, started and stopped by the project itself.

Standard library only: this package must run before anything of the application can be imported.
"""
