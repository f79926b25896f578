using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Tests.Bootstrap;

/// <summary>The shipped policies, parsed, for one token mount and for the tokens that they are given to.</summary>
internal static class Shipped
{
    public const string Accessor = "auth_token_11223344";

    /// <summary>Who may be given these to act on codes; the others are the broker's own.</summary>
    public static readonly string[] People =
        ["bcb-auditor", "bcb-help-desk", "bcb-incident-responder", "bcb-owner", "bcb-platform-team", "bcb-verifier"];

    public static IReadOnlyList<ShippedPolicy> All { get; } = ShippedPolicies.In(new VaultSettings(), "bcb-");

    public static VaultPolicy Parse(string name) => Parse(All.Single(policy => policy.ShippedName == name));

    public static VaultPolicy Parse(ShippedPolicy policy) => VaultPolicy.Parse(policy.Name, policy.For(Accessor)) switch
    {
        VaultPolicyParse.Parsed parsed => parsed.Policy,
        VaultPolicyParse.Invalid invalid => throw new InvalidOperationException($"{policy.Name}: {invalid.Message}"),
        _ => throw new InvalidOperationException("no known kind of answer"),
    };

    public static VaultAcl AclOf(string name) => VaultAcl.Compile([Parse(name)], subject: null);

    /// <summary>A child minted for an alias at the token mount.</summary>
    public static VaultAcl Child(string policy, string alias) => VaultAcl.Compile(
        [Parse(policy)],
        new PolicySubject
        {
            EntityId = "e-1",
            EntityName = "entity_1",
            Aliases = [new SubjectAlias(Accessor, "a-1", alias, new Dictionary<string, string>())],
        });
}
