using BackupCodeBroker.Access;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Health;

/// <summary>Whether the process lives.</summary>
/// <param name="Status"><c>alive</c>.</param>
/// <param name="Version">The server's version.</param>
internal sealed record HealthAnswer(string Status, string Version) : ApiAnswer
{
    /// <summary>Of this process.</summary>
    public static HealthAnswer Alive => new("alive", ProductVersion.Text);
}

/// <summary>Whether the broker can serve, and what is missing.</summary>
/// <param name="Status"><c>ready</c> or <c>not-ready</c>.</param>
/// <param name="Reasons">What is missing, in sentences.</param>
/// <param name="Missing">The same, each with an id and its fix.</param>
/// <param name="Notices">What should be known and keeps nobody from being served.</param>
internal sealed record ReadinessAnswer(
    string Status, IReadOnlyList<string> Reasons, IReadOnlyList<ReadinessRemark> Missing, IReadOnlyList<ReadinessRemark> Notices) : ApiAnswer
{
    /// <summary>Whether it is good news.</summary>
    internal bool IsReady => Reasons.Count == 0;

    /// <summary>As the last look found it.</summary>
    public static ReadinessAnswer Of(Deployment deployment)
    {
        IReadOnlyList<ReadinessRemark> notices = [.. deployment.Notices.Select(Remark)];
        return deployment.State is DeploymentState.NotReady { Missing: var missing, Reasons: var reasons }
            ? new("not-ready", reasons, [.. missing.Select(Remark)], notices)
            : new("ready", [], [], notices);
    }

    private static ReadinessRemark Remark(Shortcoming of) => new(of.Id, of.What, of.Fix);
}

/// <summary>One reason or notice.</summary>
/// <param name="Id">Its name for programs: that of a check of <c>bcb doctor</c>.</param>
/// <param name="What">What is the matter.</param>
/// <param name="Fix">What is done about it.</param>
internal sealed record ReadinessRemark(string Id, string What, string Fix);
