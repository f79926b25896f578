# What the broker's own token needs where profiles have a recovery (recovery: approle, or token), beside bcb-broker; given to
# nobody else, and to the broker only where some profile has one. With it the broker's token is worth what the roles below give:
# keep them narrow, and at this mount and behind this prefix keep nothing but recovery roles, one for each identity, called like it.

# A secret-id for one identity's role. "+" is one segment: neither the role itself nor a secret-id of somebody's choice is reached.
path "auth/bcb-recover/role/+/secret-id" {
  capabilities       = ["update"]
  allowed_parameters = {
    "metadata" = []
  }
}

# The public half, which a log-in needs as well.
path "auth/bcb-recover/role/+/role-id" {
  capabilities = ["read"]
}

# End a secret-id that was made in vain, or that an incident ends.
path "auth/bcb-recover/role/+/secret-id-accessor/destroy" {
  capabilities = ["update"]
}

# A token of one identity's token role, wrapped and in no other way: the broker never sees it. A service token, so that it can be ended.
path "auth/token/create/bcb-recover-*" {
  capabilities        = ["update"]
  min_wrapping_ttl    = "10s"
  max_wrapping_ttl    = "1h"
  required_parameters = ["type"]
  allowed_parameters = {
    "type"         = ["service"]
    "display_name" = ["recovery"]
    "meta"         = []
  }
}

# End it by its accessor. Whoever steals the broker's token can end any token whose accessor they know, and use none.
path "auth/token/revoke-accessor" {
  capabilities = ["update"]
}
