using System.Globalization;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Health;

/// <summary>Who may answer a read at the address.</summary>
internal enum StandbyReads
{
    /// <summary>The active node alone: the product has no standbys that read, or there is one node.</summary>
    None,

    /// <summary>The active node answers here; other nodes of this cluster may answer reads, where the address leads to them.</summary>
    Elsewhere,

    /// <summary>The node that answered is a standby that reads for itself.</summary>
    Here,
}

/// <summary>
/// What a node's own word tells of its kind. Vault Enterprise's performance standbys say so. OpenBao from 2.5 on lets every standby answer reads
/// unless its configuration has <c>disable_standby_reads</c>, and tells nobody whether it has; its versions are told from Vault's by what
/// its health answer leaves out.
/// </summary>
internal sealed record VaultNode(VaultHealth Health, bool? HighlyAvailable)
{
    private static readonly Version FirstSupported = new(1, 8);
    private static readonly Version FirstOpenBao = new(2, 0);
    private static readonly Version FirstReadingStandby = new(2, 5);

    /// <summary>The version's numbers; null where it is not written as versions are.</summary>
    public Version? Number
    {
        get
        {
            var digits = Health.Version.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').ToArray();
            return Version.TryParse(new string(digits).TrimEnd('.'), out var version) ? version : null;
        }
    }

    /// <summary>Whether it is OpenBao: its numbers begin at 2, and it does not know the word that Vault had by then.</summary>
    public bool IsOpenBao => Number >= FirstOpenBao && Health.Enterprise is null;

    /// <summary>Whether it is Vault Enterprise.</summary>
    public bool IsEnterprise => Health.Enterprise is true || Health.Version.Contains("+ent", StringComparison.Ordinal) || Health.PerformanceStandby;

    /// <summary>Whether the broker knows how to speak with it.</summary>
    public bool IsSupported => Number >= FirstSupported;

    /// <summary>Product and version, for people.</summary>
    public string Shown => $"{(IsOpenBao ? "OpenBao" : "Vault")} {Health.Version}";

    /// <summary>Who may answer a read.</summary>
    public StandbyReads Reads => (Health, HighlyAvailable) switch
    {
        ({ PerformanceStandby: true }, _) => StandbyReads.Here,
        ({ Standby: true }, _) when IsOpenBao && Number >= FirstReadingStandby => StandbyReads.Here,
        (_, not false) when (IsOpenBao && Number >= FirstReadingStandby) || IsEnterprise => StandbyReads.Elsewhere,
        _ => StandbyReads.None,
    };

    /// <summary>How the reads of standbys are turned off in this product.</summary>
    public string StandbyReadsFix => IsOpenBao
        ? "set disable_standby_reads = true in every node's configuration and restart it, or let vault.address lead to the active node alone"
        : "let vault.address lead to the active node alone (a load balancer that takes 200 of sys/health and not 473), or set disable_performance_standby = true";

    /// <summary>Whether it copies another cluster, and which way; null where it does not.</summary>
    public string? Replica => Health switch
    {
        { DisasterMode: "secondary" } => "disaster recovery",
        { PerformanceMode: "secondary" } => "performance",
        _ => null,
    };

    /// <summary>Seconds with a sign, for people.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " s";
}
