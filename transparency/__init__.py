"""Public, tamper-evident logs by published standards: the Merkle tree of RFC 6962, signed notes of C2SP."""
