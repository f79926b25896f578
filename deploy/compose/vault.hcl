# One Vault node with raft storage. TLS, although everything here is on one machine: the broker refuses to send a token in clear to another
# host, and in a network of containers every container is one.
storage "raft" {
  path    = "/vault/file"
  node_id = "vault-1"
}

listener "tcp" {
  address         = "0.0.0.0:8200"
  cluster_address = "0.0.0.0:8201"
  tls_cert_file   = "/tls/vault.crt"
  tls_key_file    = "/tls/vault.key"
  tls_min_version = "tls13"
}

api_addr     = "https://vault:8200"
cluster_addr = "https://vault:8201"

# Raft's memory-mapped files and mlock do not go together. Swap has to be off, or encrypted, on the machine that runs this.
disable_mlock = true

# The audit device is enabled by vault-init.sh, through the API, as it would be on any Vault.
log_level = "info"
