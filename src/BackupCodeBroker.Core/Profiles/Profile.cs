using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Core.Profiles;

/// <summary>Named rules for the codes of the identities that use it. Without configuration there are <see cref="Machine"/> and <see cref="Printable"/>.</summary>
public sealed record Profile
{
    // Beside the profiles and not in them: a changed copy must not bring along the digest of what it was.
    private static readonly ConditionalWeakTable<Profile, string> Digests = [];

    /// <summary>Shortest and longest life of codes that configuration may ask for.</summary>
    public static readonly TimeSpan MinLifetime = TimeSpan.FromMinutes(1), MaxLifetime = TimeSpan.FromDays(400);

    /// <summary>Shortest and longest life of a wrap; the broker's policy in Vault has the same bounds.</summary>
    public static readonly TimeSpan MinWrapTtl = TimeSpan.FromSeconds(10), MaxWrapTtl = TimeSpan.FromHours(1);

    /// <summary>Time to activate after the wrap has lapsed.</summary>
    public static readonly TimeSpan ActivationGrace = TimeSpan.FromSeconds(60);

    /// <summary>Its name, as registrations give it.</summary>
    public required string Name { get; init; }

    /// <summary>Form of the codes.</summary>
    public required CodeKind Kind { get; init; }

    /// <summary>Codes per set, from 1 to <see cref="CodeSet.MaxCodes"/>.</summary>
    public int Count { get; init; } = 10;

    /// <summary>Life of a set from its issue.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Life of the wrap that delivers the plaintext.</summary>
    public TimeSpan WrapTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How codes are hashed.</summary>
    public required HashScheme Scheme { get; init; }

    /// <summary>What one code is worth; repeated in answers. One code alone is not AAL2 (SP 800-63B-4, 4.2.2.2).</summary>
    public string Assurance { get; init; } = "aal1";

    /// <summary>Consuming warns when fewer codes are left.</summary>
    public int WarnBelow { get; init; } = 3;

    /// <summary>Consuming warns when the set ends sooner than this.</summary>
    public TimeSpan WarnBeforeExpiry { get; init; } = TimeSpan.FromDays(14);

    /// <summary>The owner is asked to claim new codes when fewer are left than this; at least 1, so that nobody is left without any unasked.</summary>
    public int AskBelow { get; init; } = 3;

    /// <summary>The owner is asked to claim new codes when the set ends sooner than this, or a third of its life where that is shorter.</summary>
    public TimeSpan AskBeforeExpiry { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How old the proof that a code works may become before the identity counts as unproven; zero where a set needs one proof in its life.</summary>
    public TimeSpan ProveEvery { get; init; } = TimeSpan.Zero;

    /// <summary>What whoever holds a code may recover with it, without any token.</summary>
    public RecoveryForm Recovery { get; init; }

    /// <summary>Which identities may use it.</summary>
    public NamePattern Identities { get; init; } = NamePattern.Any;

    /// <summary>Operations that may ask for a second person's consent.</summary>
    public static readonly IReadOnlyList<string> Approvable = ["issue", "consume", "recover"];

    /// <summary>Shortest life of a request for approval that configuration may ask for; the longest is <see cref="Approval.MaxLife"/>.</summary>
    public static readonly TimeSpan MinApprovalTtl = TimeSpan.FromMinutes(1);

    /// <summary>Operations that need a second person's consent, of <see cref="Approvable"/>.</summary>
    public IReadOnlyList<string> Approvals { get; init; } = [];

    /// <summary>Life of a request for approval, the second person's answer and the use included.</summary>
    public TimeSpan ApprovalTtl { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether codes are for emergencies: every use has to be looked at by somebody else.</summary>
    public bool BreakGlass { get; init; }

    /// <summary>For machines: a salted HMAC, no pepper.</summary>
    public static Profile Machine { get; } = new() { Name = "machine", Kind = CodeKind.Machine, Scheme = HashScheme.MachineDefault };

    /// <summary>For people: stretched and peppered.</summary>
    public static Profile Printable { get; } = new() { Name = "printable", Kind = CodeKind.Printable, Scheme = HashScheme.PrintableDefault };

    /// <summary>A digest of the rules in force, 16 hex digits, for access records: it changes when any of them does.</summary>
    public string Digest => Digests.GetValue(this, static profile => profile.Digested());

    /// <summary>Every error of a profile as configured, in words; empty where it is sound.</summary>
    public IEnumerable<string> Errors()
    {
        if (Count is < 1 or > CodeSet.MaxCodes)
        {
            yield return $"count is {Count}, must be 1 to {CodeSet.MaxCodes}";
        }

        if (Lifetime < MinLifetime || Lifetime > MaxLifetime)
        {
            yield return $"lifetime is {Lifetime}, must be {MinLifetime} to {MaxLifetime}";
        }

        if (WrapTtl < MinWrapTtl || WrapTtl > MaxWrapTtl)
        {
            yield return $"wrap_ttl is {WrapTtl}, must be {MinWrapTtl} to {MaxWrapTtl}";
        }

        if (WarnBelow is < 0 or > CodeSet.MaxCodes)
        {
            yield return $"warn_below is {WarnBelow}, must be 0 to {CodeSet.MaxCodes}";
        }

        if (AskBelow is < 1 or > CodeSet.MaxCodes)
        {
            yield return $"ask_below is {AskBelow}, must be 1 to {CodeSet.MaxCodes}";
        }

        if (ProveEvery < TimeSpan.Zero || ProveEvery > MaxLifetime)
        {
            yield return $"prove_every is {ProveEvery}, must be 0 to {MaxLifetime}";
        }

        if (Assurance.Length is 0 or > 64)
        {
            yield return "assurance must be 1 to 64 characters";
        }

        foreach (var error in SchemeErrors().Concat(ApprovalErrors()))
        {
            yield return error;
        }
    }

    private IEnumerable<string> SchemeErrors()
    {
        if (!HashScheme.IsKnown(Scheme.Name))
        {
            yield return $"scheme is not {HashScheme.HmacSha256} or {HashScheme.Pbkdf2Sha256}";
        }

        if (Scheme.IsStretched && Scheme.Iterations is < HashScheme.MinIterations or > HashScheme.MaxIterations)
        {
            yield return $"iterations is {Scheme.Iterations}, must be {HashScheme.MinIterations} to {HashScheme.MaxIterations}";
        }

        if (Kind == CodeKind.Printable && !(Scheme.IsStretched && Scheme.Peppered))
        {
            yield return $"printable codes need {HashScheme.Pbkdf2Sha256} with pepper: they hold 80 bits";
        }
    }

    private IEnumerable<string> ApprovalErrors()
    {
        if (Approvals.Any(a => !Approvable.Contains(a)) || Approvals.Distinct().Count() != Approvals.Count)
        {
            yield return $"approvals may list {string.Join(", ", Approvable)}, each once";
        }

        if (Recovery != RecoveryForm.None && Approvals.Contains("consume") && !Approvals.Contains("recover"))
        {
            yield return "approvals lists consume and not recover: whoever holds a code would go around the second person";
        }

        if (ApprovalTtl < MinApprovalTtl || ApprovalTtl > Approval.MaxLife)
        {
            yield return $"approval_ttl is {ApprovalTtl}, must be {MinApprovalTtl} to {Approval.MaxLife}";
        }
    }

    private string Digested() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical())))[..16];

    private string Canonical() => string.Join(
        '|', Name, Kind.Name(), Count, Lifetime.Ticks, WrapTtl.Ticks, Scheme.Name, Scheme.Iterations, Scheme.Peppered, Assurance, WarnBelow,
        WarnBeforeExpiry.Ticks, AskBelow, AskBeforeExpiry.Ticks, Identities.Text, string.Join(',', Approvals.Order(StringComparer.Ordinal)), ApprovalTtl.Ticks, BreakGlass, ProveEvery.Ticks, Recovery.Name());
}
