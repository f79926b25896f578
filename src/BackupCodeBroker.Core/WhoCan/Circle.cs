namespace BackupCodeBroker.Core.WhoCan;

/// <summary>Why an identity's codes are of no use just when they are needed.</summary>
public enum CircleKind
{
    /// <summary>Only the identity's own entity could spend them: whoever lost its log-in cannot.</summary>
    OwnEntity,

    /// <summary>They restore a log-in, and everybody who could spend or approve them comes through it.</summary>
    LogIn,

    /// <summary>They restore the Vault that keeps them.</summary>
    Vault,
}

/// <summary>One such circle; <paramref name="LogIn"/> is the auth mount that it goes through, where it goes through one.</summary>
public sealed record Circle(CircleKind Kind, string? LogIn)
{
    /// <summary>The label by which an identity says what its codes restore: an auth mount such as <c>auth/oidc</c>, or <see cref="VaultItself"/>.</summary>
    public const string Label = "unlocks";

    /// <summary>The label's value for this Vault.</summary>
    public const string VaultItself = "vault";

    /// <summary>The circles of an identity.</summary>
    /// <param name="evaluator">Who may do what.</param>
    /// <param name="standing">Where it stands, whatever is taken to be down.</param>
    /// <param name="unlocks">Its label's value, or null.</param>
    public static IReadOnlyList<Circle> Of(AccessEvaluator evaluator, RecoveryStanding standing, string? unlocks)
    {
        var circles = new List<Circle>();
        var identity = standing.Identity;
        if (identity.Entity is { } own && standing.Consume.Before is { Count: > 0 } spenders && spenders.All(holder => holder.Kind == HolderKind.Entity && holder.Id == own))
        {
            circles.Add(new Circle(CircleKind.OwnEntity, null));
        }

        if (unlocks == VaultItself)
        {
            circles.Add(new Circle(CircleKind.Vault, null));
        }
        else if (unlocks is not null && PathOf(unlocks) is var path && new RecoveryOutlook(evaluator, new HashSet<string> { path }).Of(identity).Outlook is Outlook.Lost or Outlook.ApprovalLost)
        {
            circles.Add(new Circle(CircleKind.LogIn, path));
        }

        return circles;
    }

    /// <summary>An auth mount's path as it is compared: with <c>auth/</c>, without a slash at its end.</summary>
    public static string PathOf(string text)
    {
        var path = text.Trim('/');
        return path.StartsWith("auth/", StringComparison.Ordinal) ? path : "auth/" + path;
    }
}
