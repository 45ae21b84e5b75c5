"""What the tests share: the server they run on, sessions on it, and waiting for conditions."""
