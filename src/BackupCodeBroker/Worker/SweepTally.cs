using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Worker;

/// <summary>What one sweep has come to so far.</summary>
internal sealed class SweepTally
{
    private readonly int[] _acts = new int[Enum.GetValues<SweepAct>().Length];
    private int _seen;
    private int _unread;
    private int _unreachable;
    private int _failed;

    /// <summary>Identities looked at.</summary>
    public int Seen => _seen;

    /// <summary>Documents that are gone or cannot be read.</summary>
    public int Unread => _unread;

    /// <summary>Identities to which there is no way: their alias or its entity is gone, disabled or overgranted.</summary>
    public int Unreachable => _unreachable;

    /// <summary>Changes that could not be made.</summary>
    public int Failed => _failed;

    /// <summary>Changes made.</summary>
    public int Changes => _acts.Sum();

    /// <summary>How often something was done.</summary>
    public int Of(SweepAct act) => _acts[(int)act];

    public void Look() => Interlocked.Increment(ref _seen);

    public void MissDocument() => Interlocked.Increment(ref _unread);

    public void MissWay() => Interlocked.Increment(ref _unreachable);

    public void Fail() => Interlocked.Increment(ref _failed);

    public void Do(SweepAct act) => Interlocked.Increment(ref _acts[(int)act]);

    /// <summary>What was done, in words; empty where nothing was.</summary>
    public string Words() => string.Join(", ", Enum.GetValues<SweepAct>().Where(a => Of(a) > 0).Select(a => $"{Of(a)} {a.Name()}"));
}
