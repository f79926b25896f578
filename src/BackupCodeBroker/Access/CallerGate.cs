using System.Security.Cryptography;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Access;

/// <summary>
/// Callers are authorised by Vault, with their own token and in Vault's policy language. For each operation the gate reads
/// <c>backup-codes-broker/&lt;operation&gt;/&lt;identity&gt;</c> as the caller; the mount is empty, so Vault's 404 means that policy lets them read it and
/// everything else is a deny. The answer is never remembered. What is remembered for a minute, under a keyed hash of the token, is who the
/// token is, which of the two forms to ask (the identity's path, or <c>@owned</c>), and that it is not granted everything.
/// </summary>
internal sealed class CallerGate(VaultClient vault, GateOptions options, TimeProvider time)
{
    /// <summary>How long a token's facts are remembered.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    private const int MaxTokens = 10_000;
    private const int MaxForms = 50_000;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly BoundedMemory<string, TokenFacts> _tokens = new(MaxTokens, Life, time);
    private readonly BoundedMemory<(string Token, string Path), AskForm> _forms = new(MaxForms, Life, time);

    /// <summary>Finds out who the caller is and what to ask, from memory or in one round trip of two calls.</summary>
    public async Task<Introduction> IntroduceAsync(VaultToken token, Operation operation, string? target, VaultCall call)
    {
        var mark = Convert.ToHexString(token.Fingerprint(_key));
        var path = vault.AskPath(operation.Name, target);
        var facts = _tokens.TryGet(mark, out var remembered) ? remembered : null;
        var form = _forms.TryGet((mark, path), out var known) ? known : (AskForm?)null;
        if (facts is not null && form is not null)
        {
            return new Introduction.Known(CallerOf(token, mark, facts, operation, target, form.Value));
        }

        var lookup = facts is null ? vault.LookupSelfAsync(token, call) : null;
        var capabilities = form is null ? vault.CapabilitiesSelfAsync(token, PathsFor(operation, target), call) : null;
        return Introduced(token, mark, operation, target, facts, lookup is null ? null : await lookup, form, capabilities is null ? null : await capabilities);
    }

    /// <summary>Asks Vault whether the caller may. Never retried, never remembered.</summary>
    public async Task<Asked> AskAsync(Caller caller, VaultCall call)
    {
        var target = caller.Form == AskForm.Owned ? Operation.Owned : caller.Target;
        var at = time.GetTimestamp();
        switch (await vault.AskAsync(caller.Token, caller.Operation.Name, target, call))
        {
            case Asking.Granted:
                return new Asked.Granted(at);
            case Asking.Refused { Why: VaultDenial.NoCapability }:
                _forms.Forget((caller.Mark, vault.AskPath(caller.Operation.Name, caller.Target)));
                return new Asked.Denied(new Outcome.NotPermitted(vault.AskPath(caller.Operation.Name, caller.Target), "read"));
            case Asking.Refused:
                _tokens.Forget(caller.Mark);
                return new Asked.Denied(new Outcome.Unauthenticated(Missing: false));
            case Asking.Faulted { Fault: VaultFault.RateLimited limited }:
                return new Asked.Denied(new Outcome.Throttled(limited.RetryAfter));
            case Asking.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            default:
                return new Asked.Denied(new Outcome.NotPermitted(vault.AskPath(caller.Operation.Name, caller.Target), "read"));
        }
    }

    /// <summary>
    /// Whether the caller holds another operation on the identity, asked by capabilities-self so that nobody's audit log fills with denials.
    /// Any doubt is a no.
    /// </summary>
    public async Task<bool> HoldsAsync(Caller caller, Operation operation, string identity, Func<Task<bool>> owns, VaultCall call)
    {
        var plain = vault.AskPath(operation.Name, identity);
        var owned = vault.AskPath(operation.Name, Operation.Owned);
        return await vault.CapabilitiesSelfAsync(caller.Token, [plain, owned], call) is VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Ok ok
            && (Grants(ok.Value, plain) || operation.CanBeOwned && Grants(ok.Value, owned) && await owns());
    }

    /// <summary>
    /// Which of some forms of operations the caller holds, an identity's or <c>@owned</c> or none, asked by capabilities-self in one call. A fault is one; a
    /// path that Vault does not speak of is not held.
    /// </summary>
    public async Task<IReadOnlyList<bool>> HoldsEachAsync(Caller caller, IReadOnlyList<(Operation Operation, string? Target)> forms, VaultCall call)
    {
        string[] paths = [.. forms.Select(form => vault.AskPath(form.Operation.Name, form.Target))];
        return await vault.CapabilitiesSelfAsync(caller.Token, paths, call) switch
        {
            VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Ok ok => [.. paths.Select(path => Grants(ok.Value, path))],
            VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            _ => [.. paths.Select(_ => false)],
        };
    }

    /// <summary>The path that policy must grant to this caller.</summary>
    public string PathOf(Caller caller) => vault.AskPath(caller.Operation.Name, caller.Target);

    private Caller CallerOf(VaultToken token, string mark, TokenFacts facts, Operation operation, string? target, AskForm form) =>
        new(token, mark, ActorOf(facts), options.Logins.Of(facts.CreationPath), operation, target, form);

    // The name is somebody's choice, and is kept and shown.
    private static Actor ActorOf(TokenFacts facts) => new(facts.EntityId, facts.Accessor, Cut(Printable.Line(facts.DisplayName)));

    private static string Cut(string name)
    {
        var length = Math.Min(name.Length, Actor.MaxNameLength);
        return name[..(length > 0 && char.IsHighSurrogate(name[length - 1]) ? length - 1 : length)];
    }

    private static bool Grants(IReadOnlyDictionary<string, IReadOnlyList<string>> capabilities, string path) =>
        capabilities.TryGetValue(path, out var list) && (list.Contains("read") || list.Contains("root")) && !list.Contains("deny");

    private List<string> PathsFor(Operation operation, string? target)
    {
        List<string> paths = [vault.AskPath(operation.Name, target), vault.AskPath(Operation.Probe, Operation.Probe)];
        if (operation.CanBeOwned)
        {
            paths.Insert(1, vault.AskPath(operation.Name, Operation.Owned));
        }

        return paths;
    }

    private Introduction Introduced(
        VaultToken token,
        string mark,
        Operation operation,
        string? target,
        TokenFacts? facts,
        VaultAnswer<TokenFacts>? lookup,
        AskForm? form,
        VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>? capabilities)
    {
        if (lookup is VaultAnswer<TokenFacts>.Ok looked)
        {
            facts = looked.Value;
            _tokens.Set(mark, facts);
        }
        else if (lookup is not null)
        {
            return Refusal(lookup, "read");
        }

        if (capabilities is not (null or VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Ok))
        {
            return Refusal(capabilities, "update");
        }

        if (capabilities is VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Ok granted)
        {
            var probe = vault.AskPath(Operation.Probe, Operation.Probe);
            if (!options.AllowBroadTokens && !(granted.Value.TryGetValue(probe, out var onProbe) && onProbe is ["deny"]))
            {
                return new Introduction.Denied(ActorOf(facts!), new Outcome.TooBroad(vault.AskPath(operation.Name, target))) { Kind = options.Logins.Of(facts!.CreationPath) };
            }

            // None granted: the plain form, so that the denial stands in the audit log under the path that was meant.
            form = !Grants(granted.Value, vault.AskPath(operation.Name, target)) && operation.CanBeOwned
                && Grants(granted.Value, vault.AskPath(operation.Name, Operation.Owned)) ? AskForm.Owned : AskForm.Plain;
            _forms.Set((mark, vault.AskPath(operation.Name, target)), form.Value);
        }

        return new Introduction.Known(CallerOf(token, mark, facts!, operation, target, form!.Value));
    }

    private static Introduction Refusal<T>(VaultAnswer<T> answer, string capability) => answer switch
    {
        VaultAnswer<T>.Denied { Why: VaultDenial.NoCapability } denied =>
            new Introduction.Denied(null, new Outcome.NotPermitted(denied.Path, capability)),
        VaultAnswer<T>.Denied => new Introduction.Denied(null, new Outcome.Unauthenticated(Missing: false)),
        VaultAnswer<T>.Faulted { Fault: VaultFault.RateLimited limited } => new Introduction.Denied(null, new Outcome.Throttled(limited.RetryAfter)),
        VaultAnswer<T>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
        _ => new Introduction.Denied(null, new Outcome.Unauthenticated(Missing: false)),
    };
}

/// <summary>What configuration says about callers.</summary>
/// <param name="AllowBroadTokens">Whether root and tokens that a wildcard grants everything may act.</param>
/// <param name="Logins">Tells people from machines.</param>
internal sealed record GateOptions(bool AllowBroadTokens, LoginKinds Logins);

/// <summary>Which path the caller's policy grants, as far as is known before asking.</summary>
internal enum AskForm
{
    /// <summary>The identity's own path.</summary>
    Plain,

    /// <summary><c>@owned</c>: granted on what the caller's entity owns, which the document then has to bear out.</summary>
    Owned,
}

/// <summary>A caller whom Vault knows, about to ask for one operation.</summary>
/// <param name="Token">Their token, for this request only.</param>
/// <param name="Mark">Keyed hash of the token.</param>
/// <param name="Actor">Who they are.</param>
/// <param name="Kind">Whether they are a person or a machine.</param>
/// <param name="Operation">What they ask for.</param>
/// <param name="Target">On what.</param>
/// <param name="Form">Which form to ask.</param>
internal sealed record Caller(VaultToken Token, string Mark, Actor Actor, CallerKind Kind, Operation Operation, string? Target, AskForm Form);

/// <summary>Who the caller is. Closed.</summary>
internal abstract record Introduction
{
    private Introduction()
    {
    }

    /// <summary>Vault knows them.</summary>
    internal sealed record Known(Caller Caller) : Introduction;

    /// <summary>No; <paramref name="Actor"/> where Vault said at least who it is.</summary>
    internal sealed record Denied(Actor? Actor, Outcome Outcome) : Introduction
    {
        /// <summary>Whether it is a person or a machine, where Vault said who it is.</summary>
        public CallerKind Kind { get; init; }
    }
}

/// <summary>What Vault said. Closed.</summary>
internal abstract record Asked
{
    private Asked()
    {
    }

    /// <summary>They may, as of this time stamp.</summary>
    internal sealed record Granted(long At) : Asked;

    /// <summary>They may not.</summary>
    internal sealed record Denied(Outcome Outcome) : Asked;
}
