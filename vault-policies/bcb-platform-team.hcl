# A platform team: it says which identities exist, who owns them and when they end, for the names of its own prefix.
# It never touches codes: no issue, no retrieve, no consume. Who owns an identity does that (bcb-owner).
#
# An example for the prefix "team-a.". Copy it per team under another name: bcb bootstrap sets this one right again.
# Or write it once for all teams, templated on the metadata of the caller's entity (vault write identity/entity/name/alice
# metadata=team=team-a):
#
#   path "backup-codes-broker/register/{{identity.entity.metadata.team}}.*" {
#     capabilities = ["read"]
#   }
#
# and so on for each operation. Then only administrators may write entities' metadata, and no team's name may hold a
# dot, or team "a" has the names of team "a.b" as well. Who has no such metadata is granted nothing.

# Bind an identity to owner, entity, profile and labels; nobody else makes identities.
path "backup-codes-broker/register/team-a.*" {
  capabilities = ["read"]
}

# Give it to another owner. The codes of the old one end with it.
path "backup-codes-broker/transfer/team-a.*" {
  capabilities = ["read"]
}

# End it for good.
path "backup-codes-broker/retire/team-a.*" {
  capabilities = ["read"]
}

# End its codes.
path "backup-codes-broker/revoke/team-a.*" {
  capabilities = ["read"]
}

# See how it stands.
path "backup-codes-broker/status/team-a.*" {
  capabilities = ["read"]
}

# List and report name no identity: they show names, owners and dates of every team, and no hash. Take them out
# where teams should not see each other.
path "backup-codes-broker/list" {
  capabilities = ["read"]
}

path "backup-codes-broker/report" {
  capabilities = ["read"]
}

# Hand in a code that a scan found in a repository or a log.
path "backup-codes-broker/leaks" {
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
