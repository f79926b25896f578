using System.Text.Json;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Kv;

/// <summary>One key of KV v2 with its versions.</summary>
internal sealed class KvV2Secret
{
    private const int DefaultMaxVersions = 10;

    public SortedDictionary<long, KvV2Version> Versions { get; } = [];

    public long CurrentVersion { get; private set; }

    public long OldestVersion { get; private set; }

    public Instant? CreatedTime { get; set; }

    public Instant? UpdatedTime { get; set; }

    public int MaxVersions { get; set; }

    public bool CasRequired { get; set; }

    public TimeSpan DeleteVersionAfter { get; set; }

    /// <summary>Adds a version and drops at once those past the limit, which is the greater of the key's and the mount's.</summary>
    public void Add(KvV2Version version, int mountMaxVersions)
    {
        CurrentVersion++;
        Versions[CurrentVersion] = version;
        UpdatedTime = version.CreatedTime;
        CreatedTime ??= version.CreatedTime;
        long max = Math.Max((uint)MaxVersions, (uint)mountMaxVersions);
        max = max > 0 ? max : DefaultMaxVersions;
        if (CurrentVersion - OldestVersion < max)
        {
            return;
        }

        long last = CurrentVersion - max;
        for (long old = OldestVersion; old <= last; old++)
        {
            Versions.Remove(old);
        }

        OldestVersion = last + 1;
    }
}

/// <summary>One version: deleted is a time, which undelete takes back; destroyed is for good.</summary>
internal sealed class KvV2Version
{
    public required JsonElement? Data { get; set; }

    public required Instant CreatedTime { get; init; }

    public Instant? DeletionTime { get; set; }

    public bool Destroyed { get; set; }

    public bool IsDeleted(Instant now) => DeletionTime is { } at && at <= now;
}

/// <summary>What is set for a whole mount.</summary>
internal sealed class KvV2Config
{
    private static readonly TimeSpan Disabled = TimeSpan.FromSeconds(-1);

    public int MaxVersions { get; set; }

    public bool CasRequired { get; set; }

    public TimeSpan DeleteVersionAfter { get; set; }

    /// <summary>A negative duration switches expiry off for every key of the mount.</summary>
    public void SetDeleteVersionAfter(TimeSpan span) => DeleteVersionAfter = span < TimeSpan.Zero ? Disabled : span;

    public Instant? DeletionTime(KvV2Secret secret, Instant from)
    {
        if (DeleteVersionAfter == Disabled || (DeleteVersionAfter == TimeSpan.Zero && secret.DeleteVersionAfter == TimeSpan.Zero))
        {
            return null;
        }

        TimeSpan least = secret.DeleteVersionAfter;
        if (least == TimeSpan.Zero || (DeleteVersionAfter != TimeSpan.Zero && DeleteVersionAfter < least))
        {
            least = DeleteVersionAfter;
        }

        return from + least;
    }
}
