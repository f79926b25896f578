#!/bin/sh
# One-shot, as root with no capability but those to give files away: an authority of this deployment's own, a certificate for each server,
# and volumes that belong to whoever writes them. Repeating it changes nothing; remove the volumes to have new certificates.
set -eu

BROKER=1654:1654 # of the broker's image; the collector runs under it too, so that `bcb audit` reads what the collector wrote
VAULT=100:1000   # vault:vault in Vault's image

cd /tls
if [ ! -f ca.crt ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=BackupCodeBroker compose authority" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign" -keyout ca.key -out ca.crt
  for server in vault broker-1 broker-2; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$server" -keyout "$server.key" -out "$server.csr"
    printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' "$server" > "$server.ext"
    openssl x509 -req -in "$server.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile "$server.ext" -out "$server.crt"
    rm "$server.csr" "$server.ext"
  done
  # Nobody can sign with this authority any more: whoever takes the volume gets no more than three servers' keys.
  rm ca.key
fi

chmod 0644 ./*.crt
chmod 0400 ./*.key
chown "$BROKER" broker-1.key broker-2.key
chown "$VAULT" vault.key

own() { # owner mode folder...
  owner=$1 mode=$2
  shift 2
  chown "$owner" "$@"
  chmod "$mode" "$@"
}

own "$VAULT" 0700 /vault/file
own "$VAULT" 0750 /vault/logs
own "$BROKER" 0700 /operator /credentials /access/1 /access/2 /telemetry
