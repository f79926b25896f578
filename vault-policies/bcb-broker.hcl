# The broker's own token, and all that it may do. It reads and writes no code data, writes no policy and deletes
# nothing: it mints narrow children that live 60 seconds and die with it. Its role gives it no default policy.

# A child for one identity, in one form only: a batch token for an alias of the broker's, for 60 seconds, without
# the default policy. Parameters that are not named here (period, id, num_uses, explicit_max_ttl, ...) are refused.
# policies stays open because Vault before 1.21 compares a list as a whole and later ones its items; the token role
# allows the one policy in both, and refuses every other, default included.
path "auth/token/create/bcb-identity" {
  capabilities        = ["update"]
  required_parameters = ["entity_alias", "type", "ttl", "no_default_policy"]
  allowed_parameters = {
    "entity_alias"      = ["bcb.*"]
    "type"              = ["batch"]
    "ttl"               = ["60s"]
    "no_default_policy" = [true]
    "policies"          = []
    "meta"              = []
  }
}

# The sweep's child: the same form, and one alias. Identities cannot be called so (no name begins with "_").
path "auth/token/create/bcb-sweeper" {
  capabilities        = ["update"]
  required_parameters = ["entity_alias", "type", "ttl", "no_default_policy"]
  allowed_parameters = {
    "entity_alias"      = ["bcb._sweeper"]
    "type"              = ["batch"]
    "ttl"               = ["60s"]
    "no_default_policy" = [true]
    "policies"          = []
    "meta"              = []
  }
}

# Plaintext leaves in a wrap and in nothing else. The bounds hold whatever a profile says: a wrap for less than
# 10 seconds nobody can fetch, one for more than an hour lies about. Raise them here before raising them there.
path "sys/wrapping/wrap" {
  capabilities     = ["update"]
  min_wrapping_ttl = "10s"
  max_wrapping_ttl = "1h"
}

# Whether a wrap was taken: an accessor names a token and is none.
path "auth/token/lookup-accessor" {
  capabilities = ["update"]
}

# Whether a name has an alias, so that strangers' names create nothing in Vault.
path "identity/lookup/entity" {
  capabilities = ["update"]
}

# Owner and entity of an identity: disabled, deleted, moved to another role? "+": by id, and nothing below.
path "identity/entity/id/+" {
  capabilities = ["read"]
}

# An owner that is a group: is it still there, moved into other groups? Who is in it is read at the member's entity.
path "identity/group/id/+" {
  capabilities = ["read"]
}

# The pepper: a keyed digest. The key itself never leaves Transit.
path "transit/hmac/bcb-pepper" {
  capabilities = ["update"]
}

# Whether the mount is KV v2 and asks for check-and-set: without, the broker does nothing.
path "backup-codes/config" {
  capabilities = ["read"]
}

# So that the broker can see that the mount by which callers are authorised is there. Nothing is kept at this path.
path "backup-codes-broker/@ready" {
  capabilities = ["read"]
}

# Its own token: is it good, keep it, end it at shutdown.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}

path "auth/token/renew-self" {
  capabilities = ["update"]
}

path "auth/token/revoke-self" {
  capabilities = ["update"]
}
