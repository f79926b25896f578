# The help desk: it sees how an identity stands, gives the second person's consent, and ends codes reported lost.
# It cannot have codes made, receive or spend them. Keep it apart from bcb-verifier: where a profile asks for
# approval, approver, requester and consumer have to be different entities, and the broker refuses one who is two.
# So a code is spent by two agents and a verifier: one agent asks (reason, ticket, how the person was verified), another
# one consents, the verifier spends it, once and within minutes. Each needs a token of an entity of their own.

# Ask for consent to one operation, give or deny it where somebody else asked, say that a use was looked at.
path "backup-codes-broker/approve/*" {
  capabilities = ["read"]
}

# State, dates and reasons, to answer "why does my code not work?"
path "backup-codes-broker/status/*" {
  capabilities = ["read"]
}

# End codes that their holder reports as lost. Ending is safe to get wrong: new ones can be issued.
path "backup-codes-broker/revoke/*" {
  capabilities = ["read"]
}

# Hand in a code that was found. Only a whole, right code ends its set.
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
