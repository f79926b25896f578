using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Access;

/// <summary>The way to one identity's document during one operation.</summary>
internal sealed class IdentityHandle(string alias, string documentName, Child child, Reason? unusable)
{
    private readonly Lock _lock = new();
    private Task<Child?>? _renewal;

    /// <summary>Alias and name of the document: the identity's, or the decoy's in its place.</summary>
    public string Alias => alias;

    /// <summary>What the document must say that it is of.</summary>
    public string DocumentName => documentName;

    /// <summary>The child to read and write with.</summary>
    public Child Child { get; private set; } = child;

    /// <summary>Why the operation will be refused whatever the document says; null where the document decides.</summary>
    public Reason? Unusable => unusable;

    /// <summary>Replaces a refused child, once an operation, also for reads that were refused side by side.</summary>
    public async Task<Child?> RenewedAsync(Func<Task<Child?>> renew)
    {
        Task<Child?> renewal;
        lock (_lock)
        {
            renewal = _renewal ??= renew();
        }

        var renewed = await renewal;
        Child = renewed ?? Child;
        return renewed;
    }
}
