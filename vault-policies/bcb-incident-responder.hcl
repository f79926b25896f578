# An incident responder: stops codes from working, anywhere and at once, and lets chosen identities have new ones
# while the incident lasts. It receives and spends none: what it issues is retrieved by the owner.
# A powerful policy (a lockdown of everything is an outage): give it to few, on short-lived tokens, e.g. behind MFA.

# A lockdown (to declare, look at and lift one), asked with the literal beginning of its pattern: "team-a.*" asks for lockdown/team-a. and a pattern
# for everything asks for lockdown/ itself. Narrow it the same way: "lockdown/team-a.*".
path "backup-codes-broker/lockdown/*" {
  capabilities = ["read"]
}

# Beside a grant to issue (an owner's, or issue/team-a.* of a policy of your own): also while a lockdown covers the identity.
path "backup-codes-broker/issue-in-lockdown/*" {
  capabilities = ["read"]
}

# End the codes of one identity.
path "backup-codes-broker/revoke/*" {
  capabilities = ["read"]
}

# What is affected, and how far the lockdown got.
path "backup-codes-broker/status/*" {
  capabilities = ["read"]
}

path "backup-codes-broker/list" {
  capabilities = ["read"]
}

path "backup-codes-broker/report" {
  capabilities = ["read"]
}

# Hand in a code that was found.
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
