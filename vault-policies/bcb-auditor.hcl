# An auditor: reads who has codes, how old they are, who could get or use them, and changes nothing, here or in Vault.

# The governance answers: where codes were issued, how old they are, whether they were ended.
path "backup-codes-broker/report" {
  capabilities = ["read"]
}

path "backup-codes-broker/list" {
  capabilities = ["read"]
}

path "backup-codes-broker/status/*" {
  capabilities = ["read"]
}

# What who-can reads to say which people and machines a policy reaches. First the policies themselves.
path "sys/policies/acl" {
  capabilities = ["list"]
}

path "sys/policies/acl/*" {
  capabilities = ["read"]
}

# Entities and groups: whom policies are given to.
path "identity/entity/id" {
  capabilities = ["list"]
}

path "identity/entity/id/+" {
  capabilities = ["read"]
}

path "identity/group/id" {
  capabilities = ["list"]
}

path "identity/group/id/+" {
  capabilities = ["read"]
}

# The auth methods, and the roles, users and groups there that give out policies. "+" is one level: a role can be
# read, and what lies below it (role-id, secret-id) cannot. A list is asked with a slash at its end, which a rule with
# "+" has to have too. A mount whose path has a slash in it needs rules of its own: who-can names them. Some methods
# (AWS, GCP) list their roles under "roles", as the roles are by which tokens are made; certificates and GitHub's teams
# and users have names of their own.
path "sys/auth" {
  capabilities = ["read"]
}

path "auth/+/role/" {
  capabilities = ["list"]
}

path "auth/+/role/+" {
  capabilities = ["read"]
}

path "auth/+/users/" {
  capabilities = ["list"]
}

path "auth/+/users/+" {
  capabilities = ["read"]
}

path "auth/+/groups/" {
  capabilities = ["list"]
}

path "auth/+/groups/+" {
  capabilities = ["read"]
}

path "auth/+/roles/" {
  capabilities = ["list"]
}

path "auth/+/roles/+" {
  capabilities = ["read"]
}

path "auth/+/certs/" {
  capabilities = ["list"]
}

path "auth/+/certs/+" {
  capabilities = ["read"]
}

path "auth/+/map/teams/" {
  capabilities = ["list"]
}

path "auth/+/map/teams/+" {
  capabilities = ["read"]
}

path "auth/+/map/users/" {
  capabilities = ["list"]
}

path "auth/+/map/users/+" {
  capabilities = ["read"]
}

# Who the token is and which form of a grant to ask for: the broker asks both with the caller's own token. Here so
# that the policy works on tokens without the default policy, which are also faster.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}

path "sys/capabilities-self" {
  capabilities = ["update"]
}
