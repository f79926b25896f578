# An owner of identities, human or machine: what a holder may do with the codes of what the holder's entity owns.
# "@owned" is decided by the broker: one policy serves every owner, follows transfers, and ends with ownership.

# Make a new pending set. Its plaintext goes into a wrap for whoever asked.
path "backup-codes-broker/issue/@owned" {
  capabilities = ["read"]
}

# Prove receipt, or report that somebody else was first.
path "backup-codes-broker/retrieve/@owned" {
  capabilities = ["read"]
}

# State, dates and how many are left; never a hash. Also what a refusal's reason is told to.
path "backup-codes-broker/status/@owned" {
  capabilities = ["read"]
}

# Prove that a code works, without spending it: whoever holds codes should know on the day before that they are good.
path "backup-codes-broker/drill/@owned" {
  capabilities = ["read"]
}

# End the codes: a lost sheet of paper should not have to wait for anybody.
path "backup-codes-broker/revoke/@owned" {
  capabilities = ["read"]
}

# Where the profile asks for a second person's consent: ask for it, give it to what somebody else asked for, and look
# at uses afterwards. It gains an owner nothing alone: whoever asks cannot consent, whoever consents can neither issue
# nor consume, and an identity's own entity never consents. Take it out where the help desk does all of that.
path "backup-codes-broker/approve/@owned" {
  capabilities = ["read"]
}

# Looking at the wrap (free, spends nothing) and unwrapping it with one's own token, so that Vault's audit names the recipient.
path "sys/wrapping/lookup" {
  capabilities = ["update"]
}

path "sys/wrapping/unwrap" {
  capabilities = ["update"]
}

# Who the token is and which form of a grant to ask for: the broker asks both with the caller's own token. Here so
# that the policy works on tokens without the default policy, which are also faster.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}

path "sys/capabilities-self" {
  capabilities = ["update"]
}
