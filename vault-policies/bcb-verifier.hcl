# A verifier: an identity provider, a help desk's portal, a break-glass gate. It is handed a code and spends it.
# Every identity ("*"), for the code is what authorises: without one the grant gains nothing, and guessing ends the
# code. Narrow it by prefix ("consume/team-a.*") where a gate serves one team.
#
# Not here: status. A holder of status is told why a code is refused (unknown name, spent, expired, locked down), and
# a verifier faces strangers. Nor issue or retrieve: who checks codes should not be able to have them made.

# Spend one code for one purpose.
path "backup-codes-broker/consume/*" {
  capabilities = ["read"]
}

# Prove that a code would work without spending it. It tells no more than consume does.
path "backup-codes-broker/drill/*" {
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
