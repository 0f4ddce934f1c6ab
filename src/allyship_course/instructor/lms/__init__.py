"""Learning platforms: their class lists, their ZIPs of submissions, their gradebook exports."""
