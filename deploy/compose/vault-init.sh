#!/bin/sh
# NOT FOR PRODUCTION. One-shot: initialises Vault with a single unseal key, keeps that key and the root token on a volume, unseals, and enables
# the file audit device. Whoever can read that volume owns this Vault. A real Vault is initialised with PGP keys or auto-unseal by people who each
# hold a part, and its root token is revoked when it is set up.
#
# Run again (docker compose up does) it unseals what a restart has sealed.
set -eu
umask 077
keys=/operator

answers() { vault status > /dev/null 2>&1 || [ $? -eq 2 ]; } # 2: it answers, and is sealed
until answers; do sleep 1; done

if [ ! -s "$keys/unseal-key" ]; then
  vault operator init -key-shares=1 -key-threshold=1 > "$keys/init.txt"
  sed -n 's/^Unseal Key 1: //p' "$keys/init.txt" > "$keys/unseal-key"
  sed -n 's/^Initial Root Token: //p' "$keys/init.txt" | tr -d '\n' > "$keys/.vault-token"
  rm "$keys/init.txt"
fi

# The key goes through standard input and not through the arguments, which others can see.
vault status > /dev/null 2>&1 || vault write sys/unseal - > /dev/null <<KEY
{"key": "$(cat "$keys/unseal-key")"}
KEY
# Unsealed is not yet active: raft elects a leader first, and until then nothing that needs a token is answered.
until vault token lookup > /dev/null 2>&1; do sleep 1; done

# Before anything else is set up: from here on every request stands in the log. Mode 0640 lets the group read it, which is how the auditor does.
vault audit list 2> /dev/null | grep -q '^file/' || vault audit enable file file_path=/vault/logs/audit.log mode=0640

# By this header `bcb audit` joins Vault's entries with the broker's. Bootstrap sees to it too, but what it did before could not be joined.
vault write sys/config/auditing/request-headers/traceparent hmac=false > /dev/null

# What bootstrap may do stands in its policy; the root token is not needed for it, and every use of root is a finding of `bcb audit`.
vault policy write bcb-bootstrap /policies/bcb-bootstrap.hcl > /dev/null
mkdir -p "$keys/bootstrap"
vault token create -orphan -policy=bcb-bootstrap -ttl=15m -field=token > "$keys/bootstrap/.vault-token"
