# The child token of one identity: what the broker holds while it works on that identity's codes, for 60 seconds.
# Templated, and rendered by Vault at every request: so it is short. The path's middle part is the accessor of auth/token/,
# which every Vault has its own of: bcb bootstrap fills it in, and README.md says how to do it by hand.

# The document of the identity that the child was minted for, and no other. Never delete: what is written stays.
path "backup-codes/data/identities/{{identity.entity.aliases.TOKEN_MOUNT_ACCESSOR.name}}" {
  capabilities = ["create", "read", "update"]
}

# Lockdowns and the epoch's floor, read at every operation.
path "backup-codes/data/broker/state" {
  capabilities = ["read"]
}
