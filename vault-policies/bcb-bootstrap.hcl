# What bcb bootstrap needs, and no more: for the administrator, or the pipeline, that sets Vault up for the broker.
#
# Treat its holder as an administrator of this Vault (or namespace): who can write the broker's policy and take the
# broker's credentials can give itself anything. The bounds here prevent accidents, not malice. Use it on a token that
# lives as long as the run. It cannot write itself: a change of this file is an administrator's to make.

# Which secrets engines and auth methods there are, so that nothing is mounted twice or over something else.
path "sys/mounts" {
  capabilities = ["read"]
}

path "sys/auth" {
  capabilities = ["read"]
}

# Mount the three engines. No delete: bootstrap takes nothing away.
path "sys/mounts/backup-codes" {
  capabilities = ["create", "update"]
}

path "sys/mounts/backup-codes-broker" {
  capabilities = ["create", "update"]
}

path "sys/mounts/transit" {
  capabilities = ["create", "update"]
}

# Require check-and-set, keep one version.
path "backup-codes/config" {
  capabilities = ["create", "read", "update"]
}

# The decoy's document and the state: written where there is none. No update: what is there stays as it is.
path "backup-codes/data/identities/bcb._decoy" {
  capabilities = ["create", "read"]
}

path "backup-codes/data/broker/state" {
  capabilities = ["create", "read"]
}

# The shipped policies, each by its name.
path "sys/policies/acl/bcb-identity" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-sweeper" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-broker" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-platform-team" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-owner" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-verifier" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-help-desk" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-incident-responder" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-auditor" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-recovery" {
  capabilities = ["create", "read", "update"]
}

path "sys/policies/acl/bcb-bootstrap" {
  capabilities = ["read"]
}

# The token roles through which the broker mints its children.
path "auth/token/roles/bcb-identity" {
  capabilities = ["create", "read", "update"]
}

path "auth/token/roles/bcb-sweeper" {
  capabilities = ["create", "read", "update"]
}

# The decoy: look for its alias, and make it the way every identity's is made, by minting a child (60 seconds, and
# for this alias alone).
path "identity/lookup/entity" {
  capabilities = ["update"]
}

path "auth/token/create/bcb-identity" {
  capabilities        = ["update"]
  required_parameters = ["entity_alias", "type", "ttl", "no_default_policy"]
  allowed_parameters = {
    "entity_alias"      = ["bcb._decoy"]
    "type"              = ["batch"]
    "ttl"               = ["60s"]
    "no_default_policy" = [true]
    "policies"          = []
    "meta"              = []
  }
}

# The broker's log-in: the method (Vault keeps sys/auth for sudo), the role, and its credentials (bcb bootstrap
# --credentials).
path "sys/auth/approle" {
  capabilities = ["create", "update", "sudo"]
}

# Where a profile has a recovery: the method in which each identity has a role, and nothing in it.
path "sys/auth/bcb-recover" {
  capabilities = ["create", "update", "sudo"]
}

path "auth/approle/role/bcb-broker" {
  capabilities = ["create", "read", "update"]
}

path "auth/approle/role/bcb-broker/role-id" {
  capabilities = ["read"]
}

path "auth/approle/role/bcb-broker/secret-id" {
  capabilities = ["create", "update"]
}

path "auth/approle/role/bcb-broker/secret-id/lookup" {
  capabilities = ["create", "update"]
}

# The same for a broker that logs in by a JWT, where these methods have their usual names. Enabling and configuring them is
# another administrator's work: whose JWTs Vault believes concerns more than the broker.
path "auth/kubernetes/role/bcb-broker" {
  capabilities = ["create", "read", "update"]
}

path "auth/jwt/role/bcb-broker" {
  capabilities = ["create", "read", "update"]
}

# The pepper's key, and its protection from deletion. It cannot be exported, here or ever.
path "transit/keys/bcb-pepper" {
  capabilities = ["create", "read", "update"]
}

path "transit/keys/bcb-pepper/config" {
  capabilities       = ["create", "update"]
  allowed_parameters = {
    "deletion_allowed" = [false]
  }
}

# traceparent in clear in Vault's audit log, which joins its lines with the broker's records. Vault keeps this path
# for sudo and, where there are namespaces, for the root namespace.
path "sys/config/auditing/request-headers/traceparent" {
  capabilities = ["create", "read", "update", "sudo"]
}

# Whether there is an audit device, so that bootstrap can say where there is none. Vault keeps this path for sudo as well; read
# shows kind and options, and changes nothing.
path "sys/audit" {
  capabilities = ["read", "sudo"]
}

# Whether Vault takes the token, and whose it is.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
