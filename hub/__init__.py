"""A JupyterHub for a class on this machine, to try out and thrown away afterwards: ``make hub``.

Needs root, since it makes real users and starts each one's server as that user; and node.
"""
