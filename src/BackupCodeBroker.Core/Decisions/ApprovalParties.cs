using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Whom Vault still has to know, as they were, where a consent is given or serves: who uses it, who asked, who consented. An entity that was merged into another would count
/// as a second person, and the word of one that was deleted or disabled since is nobody's. What was found is <see cref="Surroundings.Gone"/>.
/// </summary>
public static class ApprovalParties
{
    /// <summary>The entities that count where somebody uses a consent; none where no consent to the operation waits to be used, and never more than two for each that an identity keeps, and the user.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="operation">What is done: <c>consume</c>, <c>issue</c> or <c>recover</c>.</param>
    /// <param name="user">Who does it.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<string> OfUse(IdentityDocument document, string operation, Actor user, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(document);
        return
        [
            .. document.Approvals
                .Where(a => a.Operation == operation && a.Consent is { Given: true } && a.Use is null && !ApprovalStanding.IsExpired(a, now))
                .SelectMany(a => Of(a, user)).Distinct(),
        ];
    }

    /// <summary>The entities that count where somebody consents; none where there is nothing of that id to consent to.</summary>
    public static IReadOnlyList<string> OfAnswer(IdentityDocument document, string approval, Actor by)
    {
        ArgumentNullException.ThrowIfNull(document);
        return [.. document.Approvals.Where(a => a.Id == approval && a.Consent is null).SelectMany(a => Of(a, by)).Distinct()];
    }

    internal static IEnumerable<string> Of(Approval approval, Actor by) =>
        new[] { by.EntityId, approval.RequestedBy.EntityId, approval.Consent?.By.EntityId ?? "" }.Where(id => id.Length > 0);
}
