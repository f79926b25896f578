using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Profiles;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Profiles;

/// <summary>Which rules are sound, and that each of them shows in the digest.</summary>
public sealed class ProfileTests
{
    private static readonly Dictionary<string, Func<Profile, Profile>> Unsound = new()
    {
        ["count is 0"] = p => p with { Count = 0 },
        ["count is 65"] = p => p with { Count = 65 },
        ["lifetime is"] = p => p with { Lifetime = TimeSpan.FromSeconds(59) },
        ["lifetime is "] = p => p with { Lifetime = TimeSpan.FromDays(401) },
        ["wrap_ttl is"] = p => p with { WrapTtl = TimeSpan.FromSeconds(9) },
        ["wrap_ttl is "] = p => p with { WrapTtl = Profile.MaxWrapTtl + TimeSpan.FromSeconds(1) },
        ["warn_below is -1"] = p => p with { WarnBelow = -1 },
        ["assurance must"] = p => p with { Assurance = "" },
        ["approvals may list issue, consume, recover"] = p => p with { Approvals = ["consume", "drill"] },
        ["approvals may list"] = p => p with { Approvals = ["consume", "consume"] },
        ["approval_ttl is 01:00:01"] = p => p with { ApprovalTtl = TimeSpan.FromSeconds(3_601) },
        ["approval_ttl is 00:00:59"] = p => p with { ApprovalTtl = TimeSpan.FromSeconds(59) },
        ["scheme is not"] = p => p with { Scheme = new HashScheme("md5", 0, false) },
        ["iterations is 9999"] = p => p with { Scheme = new HashScheme(HashScheme.Pbkdf2Sha256, 9_999, false) },
        ["iterations is 1000001"] = p => p with { Scheme = new HashScheme(HashScheme.Pbkdf2Sha256, 1_000_001, false) },
        ["printable codes need pbkdf2-sha256 with pepper"] = p => p with { Kind = CodeKind.Printable },
        ["printable codes need"] = p => p with { Kind = CodeKind.Printable, Scheme = HashScheme.PrintableDefault with { Peppered = false } },
        ["printable codes"] = p => p with { Kind = CodeKind.Printable, Scheme = HashScheme.MachineDefault with { Peppered = true } },
    };

    public static TheoryData<string> Cases => [.. Unsound.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_unsound_rule_is_told(string error)
    {
        var told = Assert.Single(Unsound[error](Profile.Machine).Errors());
        Assert.StartsWith(error.TrimEnd(), told, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_error_is_told_at_once() =>
        Assert.Equal(6, (Profile.Machine with { Kind = CodeKind.Printable, Count = 0, Lifetime = default, WrapTtl = default, WarnBelow = 99, Assurance = "" }).Errors().Count());

    [Fact]
    [Trait("Requirement", "R-07")]
    public void What_there_is_without_configuration_is_sound()
    {
        Assert.Empty(Profile.Machine.Errors());
        Assert.Empty(Profile.Printable.Errors());
        Assert.Equal((10, TimeSpan.FromDays(90), TimeSpan.FromMinutes(5)), (Profile.Machine.Count, Profile.Machine.Lifetime, Profile.Machine.WrapTtl));
    }

    [Fact]
    [Trait("Requirement", "R-28")]
    public void A_recovery_does_not_go_around_the_second_person()
    {
        var guarded = Profile.Machine with { Approvals = ["consume"] };
        Assert.Empty(guarded.Errors());
        Assert.Contains("approvals lists consume and not recover", Assert.Single((guarded with { Recovery = RecoveryForm.Token }).Errors()), StringComparison.Ordinal);
        Assert.Empty((guarded with { Recovery = RecoveryForm.Token, Approvals = ["consume", "recover"] }).Errors());
        Assert.Single((Profile.Machine with { ProveEvery = TimeSpan.FromDays(401) }).Errors());
    }

    [Fact]
    public void The_digest_changes_with_every_rule()
    {
        Profile[] changed =
        [
            Profile.Machine,
            Profile.Machine with { Name = "other" },
            Profile.Machine with { Kind = CodeKind.Printable },
            Profile.Machine with { Count = 11 },
            Profile.Machine with { Lifetime = TimeSpan.FromDays(91) },
            Profile.Machine with { WrapTtl = TimeSpan.FromMinutes(6) },
            Profile.Machine with { Scheme = HashScheme.MachineDefault with { Peppered = true } },
            Profile.Machine with { Scheme = new HashScheme(HashScheme.Pbkdf2Sha256, 10_000, false) },
            Profile.Machine with { Scheme = new HashScheme(HashScheme.Pbkdf2Sha256, 20_000, false) },
            Profile.Machine with { Assurance = "aal2" },
            Profile.Machine with { WarnBelow = 4 },
            Profile.Machine with { WarnBeforeExpiry = TimeSpan.FromDays(15) },
            Profile.Machine with { AskBelow = 4 },
            Profile.Machine with { AskBeforeExpiry = TimeSpan.FromDays(15) },
            Profile.Machine with { Identities = NamePattern.TryParse("a*")! },
            Profile.Machine with { Approvals = ["consume"] },
            Profile.Machine with { Approvals = ["consume", "issue"] },
            Profile.Machine with { ApprovalTtl = TimeSpan.FromMinutes(16) },
            Profile.Machine with { BreakGlass = true },
            Profile.Machine with { ProveEvery = TimeSpan.FromDays(90) },
            Profile.Machine with { Recovery = RecoveryForm.AppRole },
            Profile.Machine with { Recovery = RecoveryForm.Token },
        ];
        Assert.Equal(changed.Length, changed.Select(p => p.Digest).Distinct().Count());
        Assert.All(changed, p => Assert.Matches("^[0-9a-f]{16}$", p.Digest));
        // A new rule needs a line above: every settable rule is one of these.
        Assert.Equal(17, typeof(Profile).GetProperties().Count(p => p.SetMethod is not null && !p.GetMethod!.IsStatic));
    }
}
