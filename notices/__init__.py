"""What is told whom: notices of the log become messages, read in the in-box and sent by mail and webhook."""
