# The child token of the worker's sweep, lists and reports: it sees every identity and changes none.
# What a sweep finds to be ended is ended by that identity's own child (bcb-identity).

# Which identities there are.
path "backup-codes/metadata/identities/" {
  capabilities = ["list"]
}

# Their documents: salted hashes and dates. Read only.
path "backup-codes/data/identities/*" {
  capabilities = ["read"]
}

# Which lockdowns there are.
path "backup-codes/metadata/broker/lockdowns/" {
  capabilities = ["list"]
}

# The broker's own state, lockdowns and lease: the one place it writes, by check-and-set. No delete.
path "backup-codes/data/broker/*" {
  capabilities = ["create", "read", "update"]
}
