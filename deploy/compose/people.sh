#!/bin/sh
# NOT FOR PRODUCTION. One-shot: three people of a sample team under the policies that bootstrap has set up, so that there is something to look at.
# Each gets a token in a folder of their own that serves as their home, where `bcb` finds it as it finds what `vault login` leaves.
set -eu
umask 077

vault auth list | grep -q '^userpass/' || vault auth enable userpass

for person in platform:bcb-platform-team owner:bcb-owner verifier:bcb-verifier; do
  name=${person%%:*} policy=${person#*:} home=/operator/${person%%:*}
  mkdir -p "$home"
  if [ -s "$home/.vault-token" ] && VAULT_TOKEN=$(cat "$home/.vault-token") vault token lookup > /dev/null 2>&1; then
    continue
  fi

  password=$(head -c 24 /dev/urandom | base64)
  printf '{"password": "%s", "token_policies": "%s", "token_ttl": "24h"}' "$password" "$policy" | vault write "auth/userpass/users/$name" -
  # -no-store leaves the administrator's own token where it is.
  printf %s "$password" | vault login -no-store -token-only -method=userpass username="$name" password=- > "$home/.vault-token"
  VAULT_TOKEN=$(cat "$home/.vault-token") vault read -field=entity_id auth/token/lookup-self > "$home/entity-id"
done

echo "the owner's entity is $(cat /operator/owner/entity-id)"
