using BackupCodeBroker.Core.Audit;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Audit;

/// <summary>What each of Vault's paths is about.</summary>
public sealed class SubjectTests
{
    private readonly SubjectReader _reader = new(new AuditNames());

    [Theory]
    [InlineData("read", "backup-codes/data/identities/bcb.a.x", SubjectKind.Document, "a.x")]
    [InlineData("update", "backup-codes/data/identities/bcb.a.x", SubjectKind.Document, "a.x")]
    [InlineData("delete", "backup-codes/data/identities/bcb.a.x", SubjectKind.Documents, "a.x")]
    [InlineData("patch", "backup-codes/data/identities/bcb.a.x", SubjectKind.Documents, "a.x")]
    [InlineData("delete", "backup-codes/metadata/identities/bcb.a.x", SubjectKind.Documents, "a.x")]
    [InlineData("read", "backup-codes/subkeys/identities/bcb.a.x", SubjectKind.Documents, "a.x")]
    [InlineData("list", "backup-codes/metadata/identities/", SubjectKind.Fleet, "")]
    [InlineData("list", "backup-codes/metadata/", SubjectKind.Documents, "")]
    [InlineData("read", "backup-codes/data/broker/state", SubjectKind.State, "")]
    [InlineData("read", "backup-codes/data/broker/lease", SubjectKind.Fleet, "")]
    [InlineData("update", "backup-codes/config", SubjectKind.KvConfig, "")]
    [InlineData("read", "backup-codes-broker/consume/a.x", SubjectKind.Ask, "consume/a.x")]
    [InlineData("read", "backup-codes-broker/@ready", SubjectKind.AskReady, "")]
    [InlineData("update", "auth/token/create/bcb-identity", SubjectKind.Mint, "bcb-identity")]
    [InlineData("update", "auth/token/create/other", SubjectKind.TokenMade, "")]
    [InlineData("update", "auth/token/create-orphan", SubjectKind.TokenMade, "")]
    [InlineData("update", "auth/token/roles/bcb-sweeper", SubjectKind.Role, "token role bcb-sweeper")]
    [InlineData("read", "auth/token/roles/bcb-sweeper", SubjectKind.Other, "")]
    [InlineData("update", "auth/token/roles/other", SubjectKind.Other, "")]
    [InlineData("update", "auth/approle/role/bcb-broker", SubjectKind.Role, "role/bcb-broker")]
    [InlineData("update", "auth/approle/role/bcb-broker/secret-id", SubjectKind.Role, "role/bcb-broker/secret-id")]
    [InlineData("update", "auth/approle/role/bcb-broker/custom-secret-id", SubjectKind.Role, "role/bcb-broker/custom-secret-id")]
    [InlineData("update", "auth/approle/role/bcb-broker/secret-id/lookup", SubjectKind.RoleRead, "bcb-broker")]
    [InlineData("update", "auth/approle/role/bcb-broker-of-another", SubjectKind.Other, "")]
    [InlineData("update", "sys/policies/acl/bcb-owner", SubjectKind.Policy, "bcb-owner")]
    [InlineData("delete", "sys/policy/x", SubjectKind.Policy, "x")]
    [InlineData("read", "sys/policies/acl/bcb-owner", SubjectKind.Other, "")]
    [InlineData("update", "sys/mounts/backup-codes/tune", SubjectKind.Mount, "backup-codes")]
    [InlineData("delete", "sys/mounts/backup-codes-broker", SubjectKind.Mount, "backup-codes-broker")]
    [InlineData("update", "sys/mounts/auth/token/tune", SubjectKind.Mount, "auth/token")]
    [InlineData("delete", "sys/auth/approle", SubjectKind.Mount, "auth/approle")]
    [InlineData("update", "sys/mounts/other", SubjectKind.Other, "")]
    [InlineData("update", "sys/remount", SubjectKind.Remount, "")]
    [InlineData("delete", "sys/audit/file", SubjectKind.Audit, "audit/file")]
    [InlineData("read", "sys/raw/core/keyring", SubjectKind.Storage, "")]
    [InlineData("read", "sys/storage/raft/snapshot", SubjectKind.Storage, "")]
    [InlineData("update", "sys/storage/raft/snapshot-force", SubjectKind.Storage, "")]
    [InlineData("read", "transit/export/encryption-key/bcb-pepper/1", SubjectKind.PepperKey, "")]
    [InlineData("read", "transit/backup/bcb-pepper", SubjectKind.PepperKey, "")]
    [InlineData("update", "transit/keys/bcb-pepper/rotate", SubjectKind.PepperKey, "")]
    [InlineData("read", "transit/keys/bcb-pepper", SubjectKind.PepperRead, "")]
    [InlineData("update", "transit/hmac/bcb-pepper/sha2-512", SubjectKind.PepperHmac, "")]
    [InlineData("update", "transit/hmac/other", SubjectKind.Other, "")]
    [InlineData("update", "identity/entity/id/e1", SubjectKind.EntityChange, "e1")]
    [InlineData("read", "identity/entity/id/e1", SubjectKind.EntityRead, "e1")]
    [InlineData("read", "identity/group/id/g1", SubjectKind.EntityRead, "g1")]
    [InlineData("update", "identity/entity/merge", SubjectKind.EntityChange, "")]
    [InlineData("delete", "identity/entity-alias/id/a1", SubjectKind.AliasChange, "")]
    [InlineData("read", "cubbyhole/response", SubjectKind.Unwrap, "")]
    [InlineData("update", "sys/generate-root/update", SubjectKind.GenerateRoot, "")]
    [InlineData("update", "sys/rekey/init", SubjectKind.Upkeep, "rekey/init")]
    [InlineData("read", "secret/data/x", SubjectKind.Other, "")]
    public void Is_known_by_path_and_verb(string verb, string path, SubjectKind kind, string name) =>
        Assert.Equal((kind, name), (Of(verb, path).Kind, Of(verb, path).Name ?? ""));

    [Fact]
    public void Another_namespaces_mounts_are_none_of_the_brokers() =>
        Assert.Equal(SubjectKind.Other, _reader.Of(Entry("read", "backup-codes/data/identities/bcb.a.x") with { Namespace = "team" }).Kind);

    [Theory]
    [InlineData("update", "auth/kubernetes/login", SubjectKind.Login, "")]
    [InlineData("update", "auth/kubernetes/login/bcb", SubjectKind.Login, "")]
    [InlineData("update", "auth/kubernetes/role/broker", SubjectKind.Role, "role/broker")]
    [InlineData("read", "auth/kubernetes/role/broker", SubjectKind.RoleRead, "broker")]
    [InlineData("update", "auth/kubernetes/config", SubjectKind.Role, "config")]
    [InlineData("read", "auth/kubernetes/config", SubjectKind.Other, "")]
    [InlineData("update", "auth/kubernetes/role/bcb-broker", SubjectKind.Other, "")]
    [InlineData("update", "auth/approle/login", SubjectKind.Other, "")]
    [InlineData("delete", "sys/auth/kubernetes", SubjectKind.Mount, "auth/kubernetes")]
    [Trait("Requirement", "R-41")]
    public void A_log_in_is_where_the_broker_logs_in(string verb, string path, SubjectKind kind, string name)
    {
        var subject = new SubjectReader(new AuditNames { LoginMount = "kubernetes", LoginRole = "broker" }).Of(Entry(verb, path));
        Assert.Equal((kind, name), (subject.Kind, subject.Name ?? ""));
    }

    private static AuditEntry Entry(string verb, string path) => new() { Time = default, Verb = verb, Path = path };

    private Subject Of(string verb, string path) => _reader.Of(Entry(verb, path));
}
