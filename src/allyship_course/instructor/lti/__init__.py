"""Points to a learning platform, and its class list, over the services of LTI 1.3."""
