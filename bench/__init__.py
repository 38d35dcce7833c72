"""Speed and memory of Juru, measured beside PostgreSQL's own benchmark in one run: ``make bench``."""
