using System.Globalization;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Bootstrap;

/// <summary>
/// The decoy identity and the state. Both documents are written with <c>cas=0</c>, so nothing that exists is ever overwritten, and
/// one that was there and was removed is not made anew: somebody did that, and codes may hang on it.
/// </summary>
internal sealed class DocumentSteps(BootstrapSession session, BootstrapDocuments documents)
{
    private const string DecoyAlias = "bcb._decoy";
    private const string DecoyPath = "identities/" + DecoyAlias;
    private const string StatePath = "broker/state";

    /// <summary>The decoy's entity and alias, made as every identity's are: by minting its first child.</summary>
    public BootstrapStep Alias(BootstrapStep identityRole) => new()
    {
        Id = StepIds.DecoyEntity,
        What = $"decoy identity {DecoyAlias}",
        Lost = "Without it unknown names could be told from known ones, so the broker stays unready.",
        Needs = [identityRole],
        Read = async cancellation => Reading.Of(await FindDecoyAsync(cancellation), Judge),
        Change = MintAsync,
    };

    /// <summary>The decoy's document.</summary>
    public BootstrapStep Document(BootstrapStep mount, BootstrapStep alias) => new()
    {
        Id = StepIds.DecoyDocument,
        What = $"document {session.Settings.KvMount}/{DecoyPath}",
        Lost = "Without it unknown names could be told from known ones, so the broker stays unready.",
        Needs = [mount, alias],
        Read = cancellation => ReadAsync(DecoyPath, cancellation),
        Change = async cancellation =>
        {
            var answer = await FindDecoyAsync(cancellation);
            return answer is VaultAnswer<EntityFacts>.Ok decoy
                ? await WriteAsync(DecoyPath, documents.Decoy(decoy.Value.Id), cancellation)
                : Changing.Of(answer);
        },
    };

    /// <summary>The state.</summary>
    public BootstrapStep State(BootstrapStep mount, BootstrapStep config) => new()
    {
        Id = StepIds.State,
        What = $"document {session.Settings.KvMount}/{StatePath}",
        Lost = "Without it the broker refuses everything.",
        Needs = [mount, config],
        Read = cancellation => ReadAsync(StatePath, cancellation),
        Change = cancellation => WriteAsync(StatePath, documents.State(), cancellation),
    };

    private Task<VaultAnswer<EntityFacts>> FindDecoyAsync(CancellationToken cancellation) =>
        session.FindEntityAsync(DecoyAlias, cancellation);

    /// <summary>How an entity of the broker's own should be: enabled, and without a policy of its own.</summary>
    public static Reading Judge(EntityFacts entity) => entity switch
    {
        { Disabled: true } => new Reading.NeedsPerson(
            "its entity is disabled", new Remedy("enable it", $"vault write identity/entity/id/{entity.Id} disabled=false")),
        { Policies.Count: > 0 } => new Reading.NeedsPerson(
            $"its entity was given policies ({string.Join(", ", entity.Policies)})",
            new Remedy("take them away", $"vault write identity/entity/id/{entity.Id} policies=\"\"")),
        _ => new Reading.AsDesired(),
    };

    private async Task<Changing> MintAsync(CancellationToken cancellation)
    {
        var role = session.Settings.TokenRole;
        var form = new ChildForm(role, role, DecoyAlias, new Dictionary<string, string> { ["replica"] = "bootstrap" });
        return await session.Client.MintChildAsync(session.Token, form, session.Call(cancellation)) switch
        {
            Minting.Minted { Policies: [var policy] } when policy == role => new Changing.Made(),
            Minting.Minted minted => new Changing.Failed(
                $"a child came with other policies ({string.Join(", ", minted.Policies)}) than {role}: "
                + "its entity, or a group that it is in, gives them"),
            Minting.Denied denied => new Changing.Denied(denied.Why, $"auth/token/create/{role}"),
            Minting.Faulted faulted => new Changing.Failed(faulted.Fault.Describe()),
            _ => throw new InvalidOperationException("a minting of no known kind"),
        };
    }

    private async Task<Reading> ReadAsync(string path, CancellationToken cancellation) =>
        await session.Client.ReadKvAsync(session.Token, path, session.Call(cancellation)) switch
        {
            KvRead.Found => new Reading.AsDesired(),
            // Where a check finds no mount, there is no document either.
            KvRead.Absent or KvRead.Faulted { Fault: VaultFault.WronglySetUp } => new Reading.Differs("not there"),
            KvRead.Removed removed => new Reading.NeedsPerson(
                $"version {removed.Version} was deleted or destroyed",
                new Remedy(
                    "find out who did it, and undelete it; where it cannot be had back, delete its metadata, run `bcb bootstrap` and have every code issued anew",
                    $"vault kv undelete -versions={removed.Version.ToString(CultureInfo.InvariantCulture)} {session.Settings.KvMount}/{path}")),
            KvRead.Denied denied => new Reading.Denied(denied.Why, DataPath(path)),
            KvRead.Faulted faulted => new Reading.Faulted(faulted.Fault),
            _ => throw new InvalidOperationException("a reading of no known kind"),
        };

    private async Task<Changing> WriteAsync(string path, byte[] json, CancellationToken cancellation) =>
        await session.Client.WriteKvAsync(session.Token, path, json, cas: 0, session.Call(cancellation)) switch
        {
            // Another run was faster: looking again says whether all is well now, and so it does where nobody knows.
            KvWrite.Saved or KvWrite.Conflict or KvWrite.Unknown => new Changing.Made(),
            KvWrite.Denied denied => new Changing.Denied(denied.Why, DataPath(path)),
            KvWrite.Faulted faulted => new Changing.Failed(faulted.Fault.Describe()),
            _ => throw new InvalidOperationException("a write of no known kind"),
        };

    private string DataPath(string path) => $"{session.Settings.KvMount}/data/{path}";
}
