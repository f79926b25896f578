using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Access;

/// <summary>
/// The way to one identity's document during one operation. It can change once: where Vault refuses the child, another takes its place, or the
/// decoy's where the identity turns out not to be usable.
/// </summary>
internal sealed class IdentityHandle(string alias, string documentName, Child child, Reason? unusable, bool registers = false)
{
    private readonly Lock _lock = new();
    private Task<bool>? _renewal;

    /// <summary>Alias and name of the document: the identity's, or the decoy's in its place.</summary>
    public string Alias { get; private set; } = alias;

    /// <summary>What the document must say that it is of.</summary>
    public string DocumentName { get; private set; } = documentName;

    /// <summary>The child to read and write with.</summary>
    public Child Child { get; private set; } = child;

    /// <summary>Why the operation will be refused whatever the document says; null where the document decides.</summary>
    public Reason? Unusable { get; private set; } = unusable;

    /// <summary>Whether the operation registers: it alone may mint for a name that has no alias.</summary>
    public bool Registers { get; } = registers;

    /// <summary>Goes another way after a refusal, once an operation, also for reads that were refused side by side; false where there is none.</summary>
    public Task<bool> RenewedAsync(Func<Task<IdentityHandle?>> renew)
    {
        lock (_lock)
        {
            return _renewal ??= TakeAsync(renew);
        }
    }

    private async Task<bool> TakeAsync(Func<Task<IdentityHandle?>> renew)
    {
        if (await renew() is not { } way)
        {
            return false;
        }

        (Alias, DocumentName, Child, Unusable) = (way.Alias, way.DocumentName, way.Child, way.Unusable);
        return true;
    }
}
