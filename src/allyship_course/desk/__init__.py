"""Names of earlier releases, which course folders import. They go after two releases."""
