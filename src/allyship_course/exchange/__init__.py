"""An exchange for hubs whose users share no disk: a service of JupyterHub over a database.

``parcel`` is a folder's files as one message, ``store`` keeps them, ``server`` decides who may
have what, ``client`` is what nbgrader's commands, Assignment List and Formgrader use.
"""

ADDRESS = "ALLYSHIP_EXCHANGE_URL"
"""The environment variable with the service's address, which the hub gives to each server."""
