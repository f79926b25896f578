using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Tests.Core.Codes;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>An identity and what surrounds it, made by the product's own decisions: tests change one thing and look what follows.</summary>
internal static class Given
{
    public const string Identity = "team-a.build";

    public static readonly DateTimeOffset Now = new(2027, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static readonly Actor Platform = new("entity-platform", "accessor-platform", "userpass-pat");
    public static readonly Actor Owner = new("entity-owner", "accessor-owner", "userpass-olga");
    public static readonly Actor Verifier = new("entity-verifier", "accessor-verifier", "approle");
    public static readonly Actor Stranger = new("entity-stranger", "accessor-stranger", "userpass-sam");

    public static readonly EntitySnapshot OwnerEntity =
        new("entity-owner", false, ["owners"], new Dictionary<string, string> { ["team"] = "a" }, ["group-1", "group-2"]);

    public static readonly EntitySnapshot AliasEntity = new("entity-alias", false, [], new Dictionary<string, string>(), []);

    /// <summary>Nothing is locked down, everybody is there, the clock stands at <see cref="Now"/>.</summary>
    public static Surroundings Around { get; } = new(BrokerState.Initial(1, Now.AddDays(-1)), 7, 1, OwnerEntity, AliasEntity, Now);

    public static Registration Registration { get; } = new(
        Id("register"), Platform, Identity, "build@team-a.example", OwnerEntity.Id, null, AliasEntity.Id, "machine",
        new Dictionary<string, string> { ["tier"] = "1", ["team"] = "a" }, Now.AddDays(200));

    public static IdentityDocument Registered { get; } = ((RegisterDecision.Create)RegisterDecision.Decide(null, Registration, Profile.Machine, Now)).Next;

    public static Profile Few { get; } = Profile.Machine with { Count = 4 };

    /// <summary>The id of an operation: 32 characters, as they are.</summary>
    public static string Id(string name) => name.PadRight(32, '0');

    public static IssuePlan Plan(IdentityDocument document, Surroundings around, Profile profile) =>
        ((IssueDecision.Planned)IssueDecision.Decide(document, around, profile, EntityFingerprint.DefaultFacets, false, Id("issue"), Owner)).Plan;

    /// <summary>Issues: the document with a pending set, and its plaintext.</summary>
    public static Issued Issue(IdentityDocument document, Surroundings around, Profile profile, int seed = 1)
    {
        var plan = Plan(document, around, profile);
        var fill = Plain.Entropy(seed);
        var mint = CodeMint.Make(document, plan, fill);
        var binding = new CodeBinding(document.Identity, plan.Generation, plan.Epoch);
        var codes = mint.Codes.Select(code => Store(code, binding, profile.Scheme, fill)).ToList();
        var delivery = new Delivery("accessor-wrap-" + plan.Generation, "2027-01-31T12:00:00.123456789Z", around.Now + profile.WrapTtl + Profile.ActivationGrace);
        return new Issued(IssueDecision.Pending(document, plan, mint.SetKey, SetKey.ActivationHash(mint.SetKey, mint.Activation), codes, delivery), mint, plan.Generation);
    }

    /// <summary>Issues and activates.</summary>
    public static Issued Active(Profile? profile = null, IdentityDocument? document = null, Surroundings? around = null, int seed = 1)
    {
        var issued = Issue(document ?? Registered, around ?? Around, profile ?? Few, seed);
        return issued with { Document = Activate(issued, around ?? Around) };
    }

    public static IdentityDocument Activate(Issued issued, Surroundings? around = null) =>
        ((ActivateDecision.Activated)ActivateDecision.Decide(
            issued.Document, around ?? Around, issued.Generation, issued.Mint.Activation, Id("activate"), Owner)).Next;

    public static ConsumeRequest Request(string selector, string key = "key-1", bool verified = true) =>
        new(Id("consume-" + key), Verifier, selector, verified, "log in as root", key);

    /// <summary>Spends a code; the document after it.</summary>
    public static IdentityDocument Consume(IdentityDocument document, string selector, string key = "key-1", Surroundings? around = null) =>
        ((ConsumeDecision.Spend)ConsumeDecision.Decide(document, around ?? Around, Request(selector, key), Few)).Next;

    /// <summary>Whether a presented code is one of the document's: the whole way through material and hash, as the product goes it.</summary>
    public static bool Verifies(IdentityDocument document, BackupCode code)
    {
        var material = CodeMaterial.For(document, code);
        return material.Verifies(CodeHasher.Digest(code, material.Binding, material.Scheme, Convert.FromBase64String(material.Salt)));
    }

    public static Lockdown Locked(string mode = Lockdown.Freeze, long version = 8, LockdownScope? scope = null) => new()
    {
        Id = "incident-1",
        Mode = mode,
        Version = version,
        Scope = scope ?? new LockdownScope(),
        Reason = "laptop lost",
        DeclaredAt = Now,
        DeclaredBy = Platform,
    };

    public static Surroundings With(this Surroundings around, params Lockdown[] lockdowns) =>
        around with { State = around.State with { Lockdowns = lockdowns }, StateVersion = around.StateVersion + 1 };

    /// <summary>The document with its active set changed.</summary>
    public static IdentityDocument WithActive(this IdentityDocument document, Func<CodeSet, CodeSet> change) =>
        document with { Active = change(document.Active!) };

    /// <summary>The set with one code changed.</summary>
    public static CodeSet WithCode(this CodeSet set, string selector, Func<StoredCode, StoredCode> change) =>
        set with { Codes = [.. set.Codes.Select(c => c.Selector == selector ? change(c) : c)] };

    private static StoredCode Store(BackupCode code, CodeBinding binding, HashScheme scheme, EntropyFill fill)
    {
        var salt = new byte[CodeHasher.SaltLength];
        fill(salt);
        return new StoredCode
        {
            Selector = code.Selector,
            Salt = Convert.ToBase64String(salt),
            Scheme = scheme.Name,
            Cost = scheme.Iterations,
            Hash = Convert.ToBase64String(CodeHasher.Digest(code, binding, scheme, salt)),
        };
    }
}

/// <summary>What an issue left: the document, the plaintext and the generation.</summary>
internal sealed record Issued(IdentityDocument Document, CodeMint Mint, int Generation)
{
    public string Selector(int index = 0) => Mint.Codes[index].Selector;
}
