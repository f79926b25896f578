using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// Reads what a decision needs, side by side: the identity's document and the broker's state with the identity's child, owner and entity with the
/// broker's own token. Whose entities to read is remembered from the last time; what the document says decides, and a remembered id that is
/// wrong is read again. Documents that are not there are stood in for by the decoy's, so that unknown names cost what known ones cost.
/// </summary>
internal sealed class IdentityDesk(
    VaultClient vault, PeopleDesk people, IdentityChildren children, Deployment deployment, DeskOptions options, NoticeBoard notices, RecoveryDesk recoveries, Alarms alarms, TimeProvider time)
{
    private const int MaxRemembered = 50_000;

    private readonly BoundedMemory<string, People> _people = new(MaxRemembered, TimeSpan.FromHours(1), time);

    /// <summary>Reads document and state, and owner and entity where <paramref name="withPeople"/>.</summary>
    /// <param name="call">The operation's calls.</param>
    /// <param name="handle">The way to the document.</param>
    /// <param name="withPeople">Whether the decision needs owner and entity.</param>
    /// <param name="beside">Work that needs nothing but the document; it runs beside the reading of owner and entity.</param>
    public async Task<IdentityView> ReadAsync(
        VaultCall call, IdentityHandle handle, bool withPeople, Func<IdentityDocument, Task>? beside = null)
    {
        var guess = withPeople ? Guess(handle) : null;
        var document = ReadDocumentAsync(call, handle);
        var state = ReadStateAsync(call, handle);
        var owner = guess is null ? null : people.OwnerAsync(call, guess.Owner, guess.OwnerIsGroup);
        var entity = guess is null ? null : people.EntityAsync(call, guess.Entity);
        await WhenAll(document, state, owner, entity);

        var read = await document;
        var view = new IdentityView(handle, read.Document, read.Version, read.Unusable ?? handle.Unusable, await state, null, null, options);
        var work = beside?.Invoke(view.Document);
        var looking = withPeople ? WithPeopleAsync(call, view, guess, owner, entity) : null;
        await WhenAll(work, looking);
        return looking is null ? view : await looking;
    }

    /// <summary>Whose entities counted the last time, which only decides what is read early; null where nothing is remembered.</summary>
    public People? Guess(IdentityHandle handle) => _people.TryGet(handle.Alias, out var known) ? known : null;

    /// <summary>
    /// Writes the next document over the version that was read. A child that Vault refuses is replaced once: what was denied was not executed. A child
    /// of another document, which takes its place where the identity cannot be used any more, writes nothing. Notices that were delivered go out of the
    /// document with the write, and what it has put in is delivered after it; what recoveries had handed out and is marked to end is ended at Vault.
    /// </summary>
    public async Task<KvWrite> WriteAsync(VaultCall call, IdentityHandle handle, IdentityDocument next, long version)
    {
        var alias = handle.Alias;
        next = notices.Cleared(next);
        var written = await vault.WriteKvAsync(handle.Child.Token, PathOf(handle), DocumentJson.Write(next), version, call);
        if (written is KvWrite.Denied && await handle.RenewedAsync(() => RemintAsync(call, handle)) && handle.Alias == alias)
        {
            written = await vault.WriteKvAsync(handle.Child.Token, PathOf(handle), DocumentJson.Write(next), version, call);
        }

        if (written is KvWrite.Saved)
        {
            notices.Written(next);
            await recoveries.EndMarkedAsync(call, next);
        }

        return written;
    }

    /// <summary>Reads an entity; null where Vault has none of that id.</summary>
    public Task<EntitySnapshot?> ReadPersonAsync(VaultCall call, string entityId) => people.EntityAsync(call, entityId);

    /// <summary>Reads an identity's owner, entity or group; null where Vault has none of that id.</summary>
    public Task<EntitySnapshot?> ReadOwnerAsync(VaultCall call, IdentityDocument document) => people.OwnerAsync(call, document.Owner, document.OwnerIsGroup);

    private static async Task WhenAll(params Task?[] tasks) => await Task.WhenAll(tasks.OfType<Task>());

    private async Task<IdentityView> WithPeopleAsync(
        VaultCall call, IdentityView view, People? guess, Task<EntitySnapshot?>? owner, Task<EntitySnapshot?>? entity)
    {
        var now = People.Of(view.Document);
        var owned = (now.Owner, now.OwnerIsGroup);
        owner = (guess?.Owner, guess?.OwnerIsGroup) == owned && owner is not null ? owner : people.OwnerAsync(call, now.Owner, now.OwnerIsGroup);
        entity = guess?.Entity == now.Entity && entity is not null ? entity : people.EntityAsync(call, now.Entity);
        await WhenAll(owner, entity);
        _people.Set(view.Handle.Alias, now);
        return view with { Owner = await owner, Entity = await entity };
    }

    private async Task<(IdentityDocument Document, long Version, Reason? Unusable)> ReadDocumentAsync(VaultCall call, IdentityHandle handle)
    {
        var read = await WithFreshChildAsync(call, handle, PathOf);
        switch (read)
        {
            case KvRead.Found found when DocumentJson.TryReadIdentity(found.Json.Span, handle.DocumentName, out var document, out _):
                // What is delivered is in nobody's way: for want of room it would be counted as given up, or another one be put out in its place.
                return (notices.Cleared(document), found.Version, null);
            case KvRead.Found found:
                alarms.Raise(AlarmKind.DocumentUnreadable, handle.DocumentName);
                return (Facts().Decoy, found.Version, Reason.Unreadable);
            case KvRead.Absent:
                return (Facts().Decoy, 0, Reason.UnknownIdentity);
            case KvRead.Removed removed:
                return (Facts().Decoy, removed.Version, Reason.Removed);
            default:
                throw Fault(read);
        }
    }

    private async Task<(BrokerState State, long Version)> ReadStateAsync(VaultCall call, IdentityHandle handle)
    {
        // A stale answer (a standby that serves reads) may lack a lockdown; once more, then nothing is decided on it.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var read = await WithFreshChildAsync(call, handle, _ => "broker/state");
            if (read is not KvRead.Found found)
            {
                throw read is KvRead.Absent or KvRead.Removed
                    ? new BrokerFaultException(FaultKind.NotReady, "broker/state is missing in Vault: run `bcb bootstrap`")
                    : Fault(read);
            }

            if (!DocumentJson.TryReadState(found.Json.Span, out var state, out var error))
            {
                throw new BrokerFaultException(FaultKind.NotReady, "broker/state cannot be read: " + error);
            }

            if (deployment.SawState(state, found.Version))
            {
                return (state, found.Version);
            }
        }

        throw new BrokerFaultException(FaultKind.Unavailable, "Vault serves an older broker/state than this replica has seen");
    }

    // A kept child may have died with its parent or by a change of its entity: one new one is minted. Where Vault now says that the identity
    // cannot be used, the decoy takes its place, as it does for a name that was never kept.
    private async Task<KvRead> WithFreshChildAsync(VaultCall call, IdentityHandle handle, Func<IdentityHandle, string> path)
    {
        var read = await vault.ReadKvAsync(handle.Child.Token, path(handle), call);
        return read is KvRead.Denied && await handle.RenewedAsync(() => RemintAsync(call, handle))
            ? await vault.ReadKvAsync(handle.Child.Token, path(handle), call)
            : read;
    }

    // An alias that is gone meanwhile is not made anew: only registering does that.
    private async Task<IdentityHandle?> RemintAsync(VaultCall call, IdentityHandle handle)
    {
        children.Forget(handle.Alias);
        if (!handle.Registers && handle.Alias != Decoy.Alias && !await children.ExistsAsync(handle.Alias, Facts().TokenMountAccessor, call))
        {
            var unknown = await children.StandInAsync(handle.Alias, Reason.UnknownIdentity, alreadyMinted: false, call);
            return new IdentityHandle(Decoy.Alias, Decoy.Name, unknown.Child, unknown.Reason);
        }

        switch (await children.MintAsync(handle.Alias, call))
        {
            case ChildMinting.Minted minted:
                return new IdentityHandle(handle.Alias, handle.DocumentName, minted.Child, handle.Unusable);
            case ChildMinting.Unusable unusable when handle.Alias != Decoy.Alias:
                var standIn = await children.StandInAsync(handle.Alias, unusable.Reason, alreadyMinted: true, call);
                return new IdentityHandle(Decoy.Alias, Decoy.Name, standIn.Child, standIn.Reason);
            default:
                return null;
        }
    }

    private static string PathOf(IdentityHandle handle) => "identities/" + handle.Alias;

    private DeploymentFacts Facts() => deployment.State is DeploymentState.Ready ready
        ? ready.Facts
        : throw new BrokerFaultException(FaultKind.NotReady, "the broker is not ready");

    private static BrokerFaultException Fault(KvRead read) => read is KvRead.Faulted faulted
        ? BrokerFaultException.Of(faulted.Fault)
        : new BrokerFaultException(FaultKind.NotReady, "Vault refuses the identity's child token: run `bcb bootstrap --check`");
}

/// <summary>Whom an identity's document names.</summary>
/// <param name="Owner">Its owner.</param>
/// <param name="OwnerIsGroup">Whether that is a group.</param>
/// <param name="Entity">Its own entity, or its alias's.</param>
internal sealed record People(string Owner, bool OwnerIsGroup, string Entity)
{
    public static People Of(IdentityDocument document) => new(document.Owner, document.OwnerIsGroup, document.Entity ?? document.AliasEntity);
}

/// <summary>What configuration says about reading.</summary>
/// <param name="Epoch">The deployment's epoch.</param>
/// <param name="Environment">The deployment's environment; null where it has no name.</param>
internal sealed record DeskOptions(int Epoch, string? Environment = null);

/// <summary>One consistent-enough look at an identity: the write's check-and-set is what makes it safe.</summary>
/// <param name="Handle">The way to the document.</param>
/// <param name="Document">The document, or the decoy's in its place.</param>
/// <param name="Version">Its KV version.</param>
/// <param name="Unusable">Why the operation will be refused whatever the document says; null where the document decides.</param>
/// <param name="State">The broker's state and its KV version.</param>
/// <param name="Owner">The owner, entity or group, where it was read and is there.</param>
/// <param name="Entity">The identity's entity, where it was read and is there.</param>
/// <param name="Options">The deployment's epoch and environment.</param>
internal sealed record IdentityView(
    IdentityHandle Handle,
    IdentityDocument Document,
    long Version,
    Reason? Unusable,
    (BrokerState State, long Version) State,
    EntitySnapshot? Owner,
    EntitySnapshot? Entity,
    DeskOptions Options)
{
    /// <summary>Tells the operation's record whose identity it is; where the decoy stands in nobody's.</summary>
    public void Note(OperationScope scope) => scope.Owner = Unusable is null && Document.Owner.Length > 0 ? Document.Owner : null;

    /// <summary>What the decision sees.</summary>
    public Surroundings At(DateTimeOffset now) => new(State.State, State.Version, Options.Epoch, Owner, Entity, now, Options.Environment);
}
