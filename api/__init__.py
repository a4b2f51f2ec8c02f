"""Who may ask, and how it is said: the HTTP API, the command line and the explorer."""
