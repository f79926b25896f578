using System.Globalization;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Access;

/// <summary>
/// The broker's own token reads and writes no code data. For each identity it mints a child token whose templated policy reaches exactly that
/// identity's document, keeps it for less than its sixty seconds, and uses the decoy's in place of names that have no alias, so that strangers'
/// names create nothing in Vault. A child that carries more than its one policy is not used.
/// </summary>
internal sealed class IdentityChildren : IDisposable
{
    /// <summary>How long a child is kept; it lives for sixty seconds and must outlast the operation that takes it.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(45);

    private const string SweeperAlias = "bcb._sweeper";
    private const int MaxChildren = 10_000;
    private readonly VaultClient _vault;
    private readonly VaultSettings _settings;
    private readonly BrokerSession _session;
    private readonly OwnToken _own;
    private readonly Alarms _alarms;
    private readonly Replica _replica;
    private readonly BoundedMemory<string, Child> _children;
    private readonly BoundedMemory<string, StandIn> _standIns;
    private long _minted;

    public IdentityChildren(VaultClient vault, VaultSettings settings, BrokerSession session, OwnToken own, Alarms alarms, Replica replica, TimeProvider time)
    {
        (_vault, _settings, _session, _own, _alarms, _replica) = (vault, settings, session, own, alarms, replica);
        _children = new BoundedMemory<string, Child>(MaxChildren, Kept, time);
        _standIns = new BoundedMemory<string, StandIn>(MaxChildren, Kept, time);
        session.TokenReplaced += Drop;
    }

    /// <summary>The child kept for an alias, if any.</summary>
    public Child? Of(string alias) =>
        _children.TryGet(alias, out var child) && child.SessionGeneration == _session.Generation ? child : null;

    /// <summary>The decoy's child kept for a name that cannot be used itself, if any.</summary>
    public StandIn? StandInOf(string alias) =>
        _standIns.TryGet(alias, out var standIn) && standIn.Child.SessionGeneration == _session.Generation ? standIn : null;

    /// <summary>A child of the decoy for a name that cannot be used itself, minted as the name's own would be and kept as long.</summary>
    public async Task<StandIn> StandInAsync(string alias, Reason reason, bool alreadyMinted, VaultCall call)
    {
        var child = (alreadyMinted ? Of(Decoy.Alias) : null) ?? await MintAsync(Decoy.Alias, call) switch
        {
            ChildMinting.Minted minted => minted.Child,
            _ => throw new BrokerFaultException(FaultKind.NotReady, "the decoy identity cannot be used: its entity was changed; run `bcb bootstrap --check`"),
        };
        var standIn = new StandIn(child, reason);
        _standIns.Set(alias, standIn);
        return standIn;
    }

    /// <summary>Whether an alias exists. It creates nothing.</summary>
    public async Task<bool> ExistsAsync(string alias, string mountAccessor, VaultCall call)
    {
        var token = _own.Take();
        return await _vault.LookupAliasAsync(token.Token, alias, mountAccessor, call) switch
        {
            VaultAnswer<EntityFacts>.Ok => true,
            VaultAnswer<EntityFacts>.Absent => false,
            VaultAnswer<EntityFacts>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            VaultAnswer<EntityFacts>.Denied denied => throw _own.Denied(token, denied.Why, "to look aliases up"),
            _ => throw new InvalidOperationException("an answer of unknown kind"),
        };
    }

    /// <summary>Mints a child for an alias, which makes the alias where there is none: only registering does that for a name that has none.</summary>
    public async Task<ChildMinting> MintAsync(string alias, VaultCall call)
    {
        var minting = await MintAsync(_settings.TokenRole, alias, call);
        if (minting is ChildMinting.Minted minted)
        {
            _children.Set(alias, minted.Child);
            _standIns.Forget(alias);
        }

        return minting;
    }

    /// <summary>The child that lists and reads all identities and writes none.</summary>
    public async Task<Child> SweeperAsync(VaultCall call)
    {
        if (Of(SweeperAlias) is { } kept)
        {
            return kept;
        }

        if (await MintAsync(_settings.SweeperRole, SweeperAlias, call) is not ChildMinting.Minted minted)
        {
            throw new BrokerFaultException(FaultKind.NotReady, "the sweeper's entity in Vault was changed: run `bcb bootstrap --check`");
        }

        _children.Set(SweeperAlias, minted.Child);
        return minted.Child;
    }

    /// <summary>Another child in place of one that Vault refused; those who were refused at the same time share it.</summary>
    public Task<Child> AnotherSweeperAsync(Child refused, VaultCall call)
    {
        if (ReferenceEquals(Of(SweeperAlias), refused))
        {
            _children.Forget(SweeperAlias);
        }

        return SweeperAsync(call);
    }

    /// <summary>Forgets the child of an alias, after Vault refused it.</summary>
    public void Forget(string alias) => _children.Forget(alias);

    public void Dispose() => _session.TokenReplaced -= Drop;

    private async Task<ChildMinting> MintAsync(string role, string alias, VaultCall call)
    {
        var token = _own.Take();
        var number = Interlocked.Increment(ref _minted).ToString(CultureInfo.InvariantCulture);
        var form = new ChildForm(role, role, alias, new Dictionary<string, string> { ["replica"] = _replica.Name, ["child"] = number });
        switch (await _vault.MintChildAsync(token.Token, form, call))
        {
            case Minting.Minted minted when minted.Policies is [var only] && only == role:
                return new ChildMinting.Minted(new Child(minted.Child, minted.EntityId, token.Generation));
            case Minting.Minted:
                _alarms.Raise(AlarmKind.IdentityOvergranted, IdentityName.OfAlias(alias));
                return new ChildMinting.Unusable(Reason.Overgranted);
            case Minting.Denied { Why: VaultDenial.EntityDisabled }:
                return new ChildMinting.Unusable(Reason.EntityDisabled);
            case Minting.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            case Minting.Denied denied:
                throw _own.Denied(token, denied.Why, "to mint children");
            default:
                throw new InvalidOperationException("a minting of unknown kind");
        }
    }

    // Children of the old token died with it.
    private void Drop(long generation)
    {
        _children.Clear();
        _standIns.Clear();
    }
}

/// <summary>A token for one identity's document.</summary>
/// <param name="Token">The token.</param>
/// <param name="EntityId">Entity that carries the alias.</param>
/// <param name="SessionGeneration">Which of the broker's own tokens is its parent.</param>
internal sealed record Child(VaultToken Token, string EntityId, long SessionGeneration);

/// <summary>The decoy's child in place of a name's own.</summary>
/// <param name="Child">Child of the decoy.</param>
/// <param name="Reason">Why the name cannot be used itself.</param>
internal sealed record StandIn(Child Child, Reason Reason);

/// <summary>Closed.</summary>
internal abstract record ChildMinting
{
    private ChildMinting()
    {
    }

    /// <summary>A child that carries exactly its policy.</summary>
    internal sealed record Minted(Child Child) : ChildMinting;

    /// <summary>There is none to be used.</summary>
    internal sealed record Unusable(Reason Reason) : ChildMinting;
}
